/// Writes tars header by header, also such as no program would.
struct TarWriter {
    private(set) var bytes: [UInt8] = []

    /// Fields of one header; what is not set is empty.
    struct Header {
        var name: [UInt8] = []
        var type = UInt8(ascii: "0")
        var size: [UInt8] = []
        var mode = "0000644"
        var uid: [UInt8] = Array("0000000".utf8)
        var gid: [UInt8] = Array("0000000".utf8)
        var mtime: [UInt8] = Array("00000000000".utf8)
        var linkName: [UInt8] = []
        var magic = "ustar\u{0}00"
        var prefix: [UInt8] = []
        /// Bytes from 482 on, where GNU marks a sparse map that goes on.
        var sparseGoesOn = false
    }

    mutating func add(_ header: Header, content: [UInt8] = []) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ field: [UInt8], at offset: Int) {
            for (index, byte) in field.enumerated() { block[offset + index] = byte }
        }
        put(header.name, at: 0)
        put(Array(header.mode.utf8), at: 100)
        put(header.uid, at: 108)
        put(header.gid, at: 116)
        put(header.size.isEmpty ? Self.octal(content.count) : header.size, at: 124)
        put(header.mtime, at: 136)
        put(Array("        ".utf8), at: 148)
        block[156] = header.type
        put(header.linkName, at: 157)
        put(Array(header.magic.utf8), at: 257)
        put(header.prefix, at: 345)
        if header.sparseGoesOn { block[482] = 1 }
        let sum = block.reduce(0) { $0 + Int($1) }
        put(Array(Self.octal(sum).suffix(6)) + [0], at: 148)
        bytes += block
        addContent(content)
    }

    mutating func add(_ name: String, _ content: [UInt8] = [], mtime: Int = 0) {
        add(Header(name: Array(name.utf8), mtime: Self.octal(mtime)), content: content)
    }

    mutating func add(type: Character, _ name: String, link: String = "", content: [UInt8] = []) {
        add(
            Header(name: Array(name.utf8), type: type.asciiValue ?? 0, linkName: Array(link.utf8)),
            content: content)
    }

    /// Adds a pax header for the next entry.
    mutating func addPax(_ records: [(String, [UInt8])], type: Character = "x") {
        let body = records.flatMap { Self.paxRecord($0.0, $0.1) }
        add(type: type, "pax", content: body)
    }

    /// Adds `content` and zeros up to the next block.
    mutating func addContent(_ content: [UInt8]) {
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Ends the tar.
    mutating func finish() -> [UInt8] {
        bytes += [UInt8](repeating: 0, count: 1024)
        return bytes
    }

    static func octal(_ value: Int) -> [UInt8] {
        let digits = String(value, radix: 8)
        return Array(String(repeating: "0", count: max(0, 11 - digits.count)).utf8) + Array(digits.utf8)
    }

    static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
        return Array(String(length).utf8) + rest
    }
}
