/// A path inside a layer: bytes without a leading `/` or `./`, without empty or `.` components.
/// Names in tar archives need not be UTF-8, so bytes are what is compared and kept.
public struct LayerPath: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The normalized bytes; empty for the root directory.
    public let bytes: [UInt8]

    /// The root directory.
    public static let root = LayerPath(normalized: [])

    private init(normalized: [UInt8]) {
        bytes = normalized
    }

    /// Normalizes `bytes`: drops leading slashes, `.` and empty components and a trailing slash. A `..`
    /// component climbs one up and stops at the root, as in a chroot.
    public init(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        if Self.isNormalized(bytes) {
            self.bytes = bytes
            return
        }
        var components: [ArraySlice<UInt8>] = []
        for component in bytes.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                _ = components.popLast()
            } else {
                components.append(component)
            }
        }
        self.bytes = Array(components.joined(separator: [UInt8(ascii: "/")]))
    }

    /// Normalizes the UTF-8 bytes of `text`.
    public init(_ text: String) {
        self.init(text.utf8)
    }

    /// Takes `bytes` as they are; `nil` when they are not normalized. O(n).
    init?(normalizedBytes bytes: [UInt8]) {
        guard Self.isNormalized(bytes) else { return nil }
        self.bytes = bytes
    }

    private static func isNormalized(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
        let span = bytes.span
        // How many bytes the present component has, and whether they are all dots.
        var length = 0
        var onlyDots = true
        for index in span.indices {
            let byte = span[index]
            if byte == slash {
                if length == 0 || (onlyDots && length <= 2) { return false }
                (length, onlyDots) = (0, true)
            } else {
                length += 1
                if byte != dot { onlyDots = false }
            }
        }
        return length > 2 || (length > 0 && !onlyDots)
    }

    /// The components from the root down.
    public var components: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "/")) }

    /// The last component; empty for the root.
    public var name: ArraySlice<UInt8> {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
        return bytes[(slash + 1)...]
    }

    /// The directory above; `nil` for the root.
    public var parent: LayerPath? {
        if bytes.isEmpty { return nil }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return LayerPath(normalized: Array(bytes[..<slash]))
    }

    /// This path with `relative` below it.
    public func appending(_ relative: some Sequence<UInt8>) -> LayerPath {
        LayerPath(bytes + [UInt8(ascii: "/")] + Array(relative))
    }

    /// Whether this path is `directory` or lies below it.
    public func isWithin(_ directory: LayerPath) -> Bool {
        if directory.bytes.isEmpty { return true }
        guard bytes.starts(with: directory.bytes) else { return false }
        return bytes.count == directory.bytes.count || bytes[directory.bytes.count] == UInt8(ascii: "/")
    }

    /// The path as text with a leading slash; bytes that are not UTF-8 become U+FFFD.
    public var description: String { "/" + String(decoding: bytes, as: UTF8.self) }

    /// Orders paths by their bytes, so that a directory comes before what is in it.
    public static func < (left: LayerPath, right: LayerPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
