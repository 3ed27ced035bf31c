import CacheAPI
import Chunking
import FoundationEssentials
import Hummingbird
import NIOCore
import OCI

extension Request {
    /// The whole body, of at most `limit` bytes.
    /// - Throws: ``APIFailure`` `tooLarge`, before the body is read when its length is announced.
    func bytes(upTo limit: Int) async throws -> ByteBuffer {
        let failure = APIFailure(.tooLarge, "The body is too long; this request takes at most \(limit) bytes.")
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw failure }
        do {
            let bytes = try await body.collect(upTo: limit)
            RequestNotes.current?.count(received: bytes.readableBytes)
            return bytes
        } catch is NIOTooManyBytesError {
            throw failure
        }
    }

    /// Lends the body in batches of about `size` bytes as it arrives; the next bytes are read when `take` is done.
    /// - Throws: ``APIFailure`` `tooLarge` for more than `limit` bytes, before the body is read when its length is announced.
    func forEachBatch(
        of size: Int, upTo limit: Int, _ take: ([ByteBuffer]) async throws -> Void
    ) async throws {
        let failure = APIFailure(.tooLarge, "The body is too long; this server takes at most \(limit) bytes at once.")
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw failure }
        var batch: [ByteBuffer] = []
        var count = 0
        var sum = 0
        for try await buffer in body {
            batch.append(buffer)
            count += buffer.readableBytes
            RequestNotes.current?.count(received: buffer.readableBytes)
            sum += buffer.readableBytes
            if sum > limit { throw failure }
            guard count >= size else { continue }
            try await take(batch)
            batch.removeAll(keepingCapacity: true)
            count = 0
        }
        if count > 0 { try await take(batch) }
    }
}

extension ByteBuffer {
    /// The value that the buffer holds as JSON.
    func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONDocument.value(type, in: readableBytesView)
    }
}
