extension Array where Element == UInt8 {
    /// The bytes of `span`, copied. O(n).
    public init(copying span: RawSpan) {
        self = unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Appends a copy of the bytes of `span`. O(n).
    public mutating func append(copying span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}
