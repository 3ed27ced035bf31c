public import AsyncHTTPClient
public import NIOCore

extension HTTPClientResponse.Body {
    /// Reads the whole body within `time`: what a request is given for its answer ends with the answer's head, so that a server
    /// that sends a byte now and then would be read for days. For documents; long bodies are bound by their pace
    /// (``AnswerLimits``).
    ///
    /// Throws `NIOTooManyBytesError` beyond `maximum` bytes, ``SlowAnswer``, and what reading throws.
    public func collect(upTo maximum: Int, within time: Duration) async throws -> ByteBuffer {
        try await Self.read(within: time) { try await collect(upTo: maximum) }
    }

    /// Reads the body within `time`, or of one with more than `maximum` bytes only the beginning, which has a little more.
    ///
    /// Throws ``SlowAnswer``, and what reading throws.
    public func beginning(of maximum: Int, within time: Duration) async throws -> ByteBuffer {
        try await Self.read(within: time) {
            var beginning = ByteBuffer()
            for try await part in self {
                beginning.writeImmutableBuffer(part)
                if beginning.readableBytes > maximum { break }
            }
            return beginning
        }
    }

    private static func read(
        within time: Duration, _ read: @escaping @Sendable () async throws -> ByteBuffer
    ) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await read() }
            group.addTask {
                try await Task.sleep(for: time)
                throw SlowAnswer("its answer was not complete after \(time)")
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() else { throw CancellationError() }
            return body
        }
    }
}
