/// One 512-byte header of a tar (POSIX.1-1988 ustar, GNU, star and the seventh edition's form).
struct TarHeader {
    static let byteCount = 512

    let type: UInt8
    let name: [UInt8]
    let linkName: [UInt8]
    /// Bytes of content behind the header.
    let size: UInt64
    // `nil` where the field holds no number.
    let mode: Int64?
    let uid: Int64?
    let gid: Int64?
    let mtime: Int64?
    let deviceMajor: Int64?
    let deviceMinor: Int64?
    /// Whether a GNU sparse map goes on in a block of its own.
    let hasMoreSparseMap: Bool

    /// Reads 512 bytes; `nil` when their checksum or size is wrong, so that what follows cannot be found.
    init?(_ block: [UInt8]) {
        guard block.count == Self.byteCount, Self.checksumHolds(block),
            let size = TarNumber.parse(block[124..<136]), size >= 0
        else { return nil }
        self.size = UInt64(size)
        type = block[156]
        linkName = Self.text(block[157..<257])
        mode = TarNumber.parse(block[100..<108])
        uid = TarNumber.parse(block[108..<116])
        gid = TarNumber.parse(block[116..<124])
        mtime = TarNumber.parse(block[136..<148])
        hasMoreSparseMap = block[482] == 1
        let short = Self.text(block[0..<100])
        guard block[257..<262].elementsEqual("ustar".utf8) else {
            name = short
            (deviceMajor, deviceMinor) = (0, 0)
            return
        }
        deviceMajor = TarNumber.parse(block[329..<337])
        deviceMinor = TarNumber.parse(block[337..<345])
        // GNU ("ustar  ") has times where ustar has the prefix; star keeps the last 24 bytes of it for times.
        let isGNU = block[262] != 0
        let isStar = block[508..<512].elementsEqual("tar\0".utf8)
        let prefix = isGNU ? [] : Self.text(block[345..<(isStar ? 476 : 500)])
        name = prefix.isEmpty ? short : prefix + [UInt8(ascii: "/")] + short
    }

    /// Whether the content behind an 'S' header goes on with another block of the sparse map behind `block`.
    static func sparseMapGoesOn(after block: [UInt8]) -> Bool {
        block.count == byteCount && block[504] == 1
    }

    /// The bytes up to the first NUL.
    static func text(_ field: ArraySlice<UInt8>) -> [UInt8] {
        Array(field.prefix { $0 != 0 })
    }

    /// The sum of all bytes with the checksum's own taken as spaces; some old programs summed signed bytes.
    private static func checksumHolds(_ block: [UInt8]) -> Bool {
        guard let expected = TarNumber.parse(block[148..<156]) else { return false }
        // Without a branch, so that many bytes are added at once.
        var unsigned: Int32 = 0
        var signed: Int32 = 0
        for byte in block {
            unsigned &+= Int32(byte)
            signed &+= Int32(Int8(bitPattern: byte))
        }
        for byte in block[148..<156] {
            unsigned += Int32(UInt8(ascii: " ")) - Int32(byte)
            signed += Int32(UInt8(ascii: " ")) - Int32(Int8(bitPattern: byte))
        }
        return expected == Int64(unsigned) || expected == Int64(signed)
    }
}
