public import OCI

/// How the layers of an image that leaves the server are to be compressed.
public struct LayerCompression: Hashable, Sendable {
    /// With what.
    public let format: LayerFormat
    /// zlib's (0 to 9) or zstd's (1 to 22); of no meaning for what is uncompressed.
    public let level: Int32

    /// Makes a choice.
    /// - Parameter level: `nil` for what docker uses: 6 for gzip, 3 for zstd.
    /// - Throws: `invalidInput` when the format has no such level.
    public init(_ format: LayerFormat, level: Int32? = nil) throws(BuildError) {
        self.format = format
        let (range, usual): (ClosedRange<Int32>, Int32) =
            switch format {
            case .uncompressed: (0...0, 0)
            case .gzip: (0...9, 6)
            case .zstd: (1...22, 3)
            }
        self.level = level ?? usual
        guard range.contains(self.level) else {
            throw BuildError(
                .invalidInput,
                format == .uncompressed
                    ? "There is no level for what is not compressed: leave it out, or choose gzip or zstd."
                    : "The level of \(format) is from \(range.lowerBound) to \(range.upperBound), not \(self.level).")
        }
    }
}
