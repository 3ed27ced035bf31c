@testable import Attestation

/// A header of a package with some texts.
struct SampleHeader {
    let bytes: [UInt8]

    init(_ texts: [PackageHeader.Tag: String], epoch: UInt32? = nil) {
        var (entries, data): ([UInt8], [UInt8]) = ([], [])
        func add(_ tag: PackageHeader.Tag, _ type: UInt32, _ value: [UInt8]) {
            for number in [tag.rawValue, type, UInt32(data.count), 1] { entries += Self.number(number) }
            data += value
        }
        if let epoch { add(.epoch, 4, Self.number(epoch)) }
        for (tag, text) in texts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            add(tag, 6, Array(text.utf8) + [0])
        }
        bytes = Self.number(UInt32(entries.count / 16)) + Self.number(UInt32(data.count)) + entries + data
    }

    static func number(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
}
