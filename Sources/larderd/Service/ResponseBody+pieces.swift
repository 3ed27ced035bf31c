import Hummingbird
import NIOCore

extension ResponseBody {
    /// A body made piece by piece on the store's threads; the next is made when the one before is on its way. An
    /// error after the first byte ends the connection, so that the body is seen to be incomplete.
    /// - Parameter next: makes the next piece; `nil` at the end.
    static func pieces(
        length: Int?, on executor: StoreExecutor, _ next: @escaping @Sendable () throws -> ByteBuffer?
    ) -> ResponseBody {
        ResponseBody(contentLength: length) { writer in
            while let piece = try await executor.run({ _ in try next() }) {
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
    }
}
