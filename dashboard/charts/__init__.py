"""Charts as SVG: files that open in any browser, light and dark, on phones too."""

from dashboard.charts.delays import Bar, DelayChart, delay_chart

__all__ = ["Bar", "DelayChart", "delay_chart"]
