internal import AsyncHTTPClient
internal import NIOHTTP1
internal import OCI

extension HTTPClientResponse {
    /// How long the server wants to be left alone; `nil` when it does not say. Seconds.
    var retryAfter: Int64? {
        RetryAfter.seconds(clock: Clock.seconds()) { headers.first(name: $0) }
    }
}
