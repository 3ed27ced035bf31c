/// The `Content-Range` of a part of an upload: `<first>-<last>` (OCI distribution-spec 1.1, "Pushing a blob in
/// chunks"), also with `bytes ` before it and `/<total>` behind it, as RFC 9110 has it.
struct UploadRange: Hashable, Sendable {
    /// The position of the first byte.
    let first: UInt64
    /// The position of the last byte; not before `first`.
    let last: UInt64

    /// How many bytes there are.
    var count: UInt64 { last - first + 1 }

    /// Reads a header; `nil` for anything else.
    init?(_ header: String) {
        var text = header[...]
        if text.hasPrefix("bytes ") { text = text.dropFirst("bytes ".count) }
        let ends = text.prefix { $0 != "/" }.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = UInt64(ends[0]), let last = UInt64(ends[1]), first <= last, last < .max
        else { return nil }
        self.first = first
        self.last = last
    }
}
