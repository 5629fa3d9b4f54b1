"""`storywatch demo`: the sample event played by local servers, watched by the real daemon.

Seven local outlets (`press`, `feeds`) print the play (`script`, `story.yaml`). The daemon is a process of its own on
the story's clock (`child`, `watcher`, `clock`), with a folder and a watch config of its own (`stage`). Local receivers
(`receivers`) take its alerts. The director (`director`) leads through the scenes; the ledger (`ledger`, `summary`)
checks that everything owed arrived exactly once; the screen and the timeline (`screen`, `timeline`) tell it.
"""
