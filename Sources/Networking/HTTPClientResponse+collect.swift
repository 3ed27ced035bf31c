public import AsyncHTTPClient
public import NIOCore

extension HTTPClientResponse.Body {
    /// Reads the whole body within `time`: what a request is given for its answer ends with the answer's head, so that a server
    /// that sends a byte now and then would be read for days.
    ///
    /// Throws `NIOTooManyBytesError` beyond `maximum` bytes, `HTTPClientError.deadlineExceeded`, and what reading throws.
    public func collect(upTo maximum: Int, within time: Duration) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await collect(upTo: maximum) }
            group.addTask {
                try await Task.sleep(for: time)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() else { throw CancellationError() }
            return body
        }
    }
}
