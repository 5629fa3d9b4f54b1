"""Content-Encoding by Scrapy's middleware, with a decoder's failure as a fault, and no encodings within encodings."""

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from spiders.failures import RefusedVisit
from storywatch.errors import Fault
from storywatch.model import Limits

FREE_BYTES = 1024 * 1024
"""A document that inflates to no more than this may do so from nothing."""


class DecodingMiddleware(HttpCompressionMiddleware):
    """Decodes the bodies that are read; tests pin the private names used here."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._limits: Limits = crawler.settings["STORYWATCH_LIMITS"]

    def process_response(  # type: ignore[override]  # the parent's third argument is deprecated
        self, request: Request, response: Response
    ) -> Request | Response:
        """Decode a document; what came with an error or with no change is for nobody."""
        if response.status // 100 != 2 or not response.body:
            return response
        return super().process_response(request, response)

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        """Decode within the size limit. It holds for each layer, so that many layers would cost as many times it."""
        layers = [name.strip().lower() for name in b",".join(content_encoding).split(b",")]
        layers = [name for name in layers if name not in {b"", b"identity"}]
        if len(layers) > 1:
            raise RefusedVisit(_fault("the server encoded the document more than once"))
        try:
            decoded, left = super()._handle_encoding(body, layers, max_size)
        except _DecompressionMaxSizeExceeded:
            raise
        except Exception as error:
            # Each of the four decoders fails with classes of its own.
            said = f"the server says that the document is {layers[0].decode('ascii', 'replace')}, and it isn't: {error}"
            raise RefusedVisit(_fault(said)) from error
        most = max(len(body) * self._limits.ratio, FREE_BYTES)
        if len(decoded) > most:
            message = f"the document inflates to more than {self._limits.ratio} times its size (settings.limits.ratio)"
            raise RefusedVisit(Fault(code="too_large", message=message))
        return decoded, left


def _fault(message: str) -> Fault:
    return Fault(code="bad_encoding", message=message[:300])
