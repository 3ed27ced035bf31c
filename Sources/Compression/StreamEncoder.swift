/// Compresses a stream in parts.
public struct StreamEncoder: ~Copyable {
    /// Begins a stream. `level` is zlib's or zstd's.
    public init(_ format: StreamDecoder.Format, level: Int32) throws(CompressionError) {}

    /// Takes the next bytes.
    public mutating func update(_ bytes: RawSpan, onOutput: (RawSpan) throws -> Void) throws {}

    /// Ends the stream.
    public mutating func finish(onOutput: (RawSpan) throws -> Void) throws {}
}
