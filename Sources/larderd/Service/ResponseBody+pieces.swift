import Hummingbird
import NIOCore

extension ResponseBody {
    /// A body made piece by piece on the store's threads; a piece is made while the one before is sent. An error after
    /// the first byte ends the connection, so that the body is seen to be incomplete.
    /// - Parameters:
    ///   - first: the first piece when it is made already.
    ///   - next: makes the next piece; `nil` at the end.
    static func pieces(
        length: Int?, on executor: StoreExecutor, first: ByteBuffer? = nil,
        _ next: @escaping @Sendable () throws -> ByteBuffer?
    ) -> ResponseBody {
        ResponseBody(contentLength: length) { writer in
            var piece = first
            if piece == nil { piece = try await executor.run { _ in try next() } }
            while let present = piece {
                async let following = executor.run { _ in try next() }
                try await writer.write(present)
                piece = try await following
            }
            try await writer.finish(nil)
        }
    }
}
