/// The header of a package as rpm's database keeps it (rpm documentation, "Package Format": header structure, here without the
/// eight bytes that begin it in a package file): how many entries, how many bytes of data, then the entries of 16 bytes, each with its
/// tag, type, place and count, then the data. All numbers have their highest byte first.
struct PackageHeader {
    /// What is read of it.
    enum Tag: UInt32, CaseIterable {
        case name = 1000
        case version = 1001
        case release = 1002
        case epoch = 1003
        case license = 1014
        case architecture = 1022
        case sourcePackage = 1044
    }

    private static let integer: UInt32 = 4
    private static let string: UInt32 = 6
    /// In several languages, the first of which is none.
    private static let translated: UInt32 = 9

    private var texts: [Tag: String] = [:]
    /// What an earlier version does not count for; `nil` when it is not given.
    private(set) var epoch: UInt32?

    /// Reads a header. O(n).
    /// - Throws: when it does not have what it says.
    init(_ blob: ArraySlice<UInt8>) throws(AttestationError) {
        let entrySize = 16
        guard blob.count >= 8 else { throw Self.damaged }
        let entries = Int(Self.number(blob, blob.startIndex))
        let length = Int(Self.number(blob, blob.startIndex + 4))
        let first = blob.startIndex + 8
        guard entries <= (blob.count - 8) / entrySize, length <= blob.count - 8 - entries * entrySize else {
            throw Self.damaged
        }
        let data = blob[(first + entries * entrySize)..<(first + entries * entrySize + length)]
        var textsLeft = data.count
        for position in stride(from: first, to: data.startIndex, by: entrySize) {
            guard let tag = Tag(rawValue: Self.number(blob, position)) else { continue }
            let type = Self.number(blob, position + 4)
            let offset = Int(Self.number(blob, position + 8))
            guard offset <= data.count else { throw Self.damaged }
            let value = data.dropFirst(offset)
            switch (tag, type) {
            case (.epoch, Self.integer):
                guard value.count >= 4 else { throw Self.damaged }
                epoch = epoch ?? Self.number(value, value.startIndex)
            case (.epoch, _): continue
            case (_, Self.string), (_, Self.translated):
                guard texts[tag] == nil else { continue }
                guard let end = value.firstIndex(of: 0) else { throw Self.damaged }
                // Each has its own bytes; those of all together would be many times as long as the header.
                textsLeft -= end - value.startIndex
                guard textsLeft >= 0 else { throw Self.damaged }
                texts[tag] = String(decoding: value[..<end], as: UTF8.self)
            default: continue
            }
        }
    }

    /// A text; `nil` when there is none, or an empty one.
    subscript(tag: Tag) -> String? { texts[tag].flatMap { $0.isEmpty ? nil : $0 } }

    private static let damaged = AttestationError("the header of a package is damaged")

    private static func number(_ bytes: ArraySlice<UInt8>, _ position: Int) -> UInt32 {
        bytes[position..<(position + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
