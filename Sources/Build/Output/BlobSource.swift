/// Hands the bytes of a blob to its argument, which runs on a thread where it may block.
typealias BlobSource = @Sendable (_ use: @escaping @Sendable (LayerSource) throws -> Void) async throws -> Void
