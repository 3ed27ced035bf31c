import Testing

@testable import Chunking

@Suite("Odd tars")
struct OddTarTests {
    private func check(_ blob: [UInt8], _ note: Comment? = nil) -> SplitBlob {
        let split = SplitBlob(blob)
        #expect(split.read(split.recipe.pieces()) == blob, note)
        return split
    }

    @Test("end: none, one block, garbage behind two, another tar behind")
    func ends() {
        var writer = TarWriter()
        writer.add("a", [1])
        let open = writer.bytes
        let zeros = [UInt8](repeating: 0, count: 512)
        #expect(check(open).entries?.entries.count == 1)
        #expect(check(open + zeros).entries?.entries.count == 1)
        #expect(check(open + zeros + zeros + [9, 9, 9]).entries?.entries.count == 1)
        #expect(check(open + zeros + zeros + open).entries?.entries.count == 1)
        #expect(check(open + zeros + open).entries == nil, "programs disagree about a lone block of zeros")
        #expect(check(Array(open.dropLast(100))).entries?.entries.count == 1, "only padding is missing")
        #expect(check(open + open.prefix(100)).entries == nil)
        #expect(check(Array(open.prefix(512))).entries == nil)
        #expect(check(open + [UInt8](repeating: 9, count: 512)).entries == nil)
    }

    @Test("names are taken from where they are")
    func nameSources() {
        var writer = TarWriter()
        writer.add(.init(name: Array("name".utf8), prefix: Array("some/prefix".utf8)))
        writer.add(.init(name: Array("gnu".utf8), magic: "ustar  \u{0}", prefix: Array("12345".utf8)))
        writer.add(.init(name: [0x63, 0xe9, 0xff]))
        writer.add(.init(name: [UInt8](repeating: UInt8(ascii: "x"), count: 100)))
        let long = String(repeating: "long/", count: 60) + "name"
        writer.add(type: "L", "././@LongLink", content: Array(long.utf8) + [0])
        writer.add(type: "K", "././@LongLink", content: Array(("/" + long).utf8) + [0])
        writer.add(type: "2", "cut", link: "cut")
        writer.addPax([("path", [0xff, 0xfe]), ("linkpath", Array("./elsewhere".utf8))])
        writer.add(type: "1", "cut", link: "cut")
        writer.add("./../normal//./path")
        let rows = check(writer.finish()).entries?.entries ?? []
        #expect(
            rows.map(\.path.bytes) == [
                Array("some/prefix/name".utf8), Array("gnu".utf8), [0x63, 0xe9, 0xff],
                [UInt8](repeating: UInt8(ascii: "x"), count: 100), Array(long.utf8), [0xff, 0xfe],
                Array("normal/path".utf8),
            ])
        #expect(rows[4].linkTarget == Array(("/" + long).utf8), "the text of a symbolic link stays as it is")
        #expect(rows[5].linkTarget == Array("elsewhere".utf8), "the target of a hard link is a path")
        #expect(rows[4].kind == .symlink && rows[5].kind == .hardlink)
    }

    @Test("numbers: base-256, pax, fractions of seconds, before 1970")
    func numbers() {
        var writer = TarWriter()
        var header = TarWriter.Header(name: Array("base256".utf8))
        header.uid = [0x80, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]
        header.mtime = [UInt8](repeating: 0xff, count: 11) + [0xfe]
        writer.add(header)
        writer.addPax([
            ("uid", Array("4000000000".utf8)), ("gid", Array("7".utf8)), ("mtime", Array("12.0345".utf8)),
            ("comment", Array("a=b\n".utf8)),
        ])
        writer.add("pax")
        writer.addPax([("mtime", Array("-1.25".utf8))])
        writer.add("early")
        writer.addPax([("uid", []), ("size", Array("3".utf8))])
        writer.add(.init(name: Array("size".utf8), size: Array("0".utf8), uid: Array("  17 \u{0} ".utf8)))
        writer.addContent([1, 2, 3])
        writer.add(.init(name: Array("mode".utf8), mode: "0104755"))
        let split = check(writer.finish())
        let rows = split.entries?.entries ?? []
        #expect(rows.count == 5)
        #expect(rows.first?.uid == 0x1234_5678 && rows.first?.mtimeSeconds == -2)
        #expect(split.row("pax")?.uid == 4_000_000_000 && split.row("pax")?.gid == 7)
        #expect(split.row("pax")?.mtimeSeconds == 12 && split.row("pax")?.mtimeNanoseconds == 34_500_000)
        #expect(split.row("early")?.mtimeSeconds == -2 && split.row("early")?.mtimeNanoseconds == 750_000_000)
        #expect(split.row("size")?.uid == 15 && split.file("size") == [1, 2, 3])
        #expect(split.row("mode")?.mode == 0o4755)
    }

    @Test("the seventh edition's form: a slash makes a directory, no types")
    func seventhEdition() {
        var writer = TarWriter()
        writer.add(.init(name: Array("dir/".utf8), type: 0, magic: ""))
        writer.add(.init(name: Array("dir/file".utf8), type: 0, magic: ""), content: [1, 2])
        writer.add(.init(name: Array("dir/contiguous".utf8), type: UInt8(ascii: "7")), content: [3])
        let split = check(writer.finish())
        #expect(split.row("dir")?.kind == .directory)
        #expect(split.file("dir/file") == [1, 2])
        #expect(split.file("dir/contiguous") == [3])
    }

    @Test("what no row can tell makes the table unavailable, and what follows is still split")
    func notUnderstood() {
        let cases: [(Comment, (inout TarWriter) -> Void)] = [
            ("unknown type", { $0.add(type: "Z", "odd", content: [1, 2, 3]) }),
            ("volume label", { $0.add(type: "V", "label") }),
            (
                "sparse in pax",
                {
                    $0.addPax([("GNU.sparse.major", [0x31])]); $0.add("sparse", [1])
                }
            ),
            (
                "global owner",
                {
                    $0.addPax([("uid", [0x37])], type: "g"); $0.add("owned")
                }
            ),
            (
                "damaged pax",
                {
                    $0.add(type: "x", "pax", content: Array("99 path=a\n".utf8)); $0.add("b")
                }
            ),
            (
                "pax twice",
                {
                    $0.addPax([("uid", [0x37])]); $0.addPax([("gid", [0x37])]); $0.add("b")
                }
            ),
            (
                "owner out of range",
                {
                    $0.addPax([("uid", Array("4294967296".utf8))]); $0.add("b")
                }
            ),
            (
                "NUL in a name",
                {
                    $0.addPax([("path", [0x61, 0, 0x62])]); $0.add("b")
                }
            ),
            ("no digit in a mode", { $0.add(.init(name: [0x61], mode: "rwxr-xr")) }),
            ("a file at the root", { $0.add("./.") }),
            ("pax without an entry", { $0.addPax([("uid", [0x37])]) }),
        ]
        for (note, add) in cases {
            var writer = TarWriter()
            writer.add("first", [1])
            add(&writer)
            let withEnd = note == "pax without an entry"
            if !withEnd { writer.add("last", [UInt8](repeating: 5, count: 3000)) }
            let split = check(writer.finish(), note)
            #expect(split.entries == nil, note)
            #expect(split.recipe.byteCount(of: .payload) >= (withEnd ? 1 : 3001), note)
        }
    }

    @Test("a global pax header with only a comment changes nothing")
    func globalComment() {
        var writer = TarWriter()
        writer.addPax([("comment", Array("0123456789abcdef".utf8))], type: "g")
        writer.add("a")
        #expect(check(writer.finish()).entries?.entries.count == 1)
    }

    @Test("old GNU sparse files: the map's further blocks and the content are headers")
    func oldSparse() {
        var writer = TarWriter()
        var header = TarWriter.Header(
            name: Array("sparse".utf8), type: UInt8(ascii: "S"), size: TarWriter.octal(600), magic: "ustar  \u{0}")
        header.sparseGoesOn = true
        writer.add(header)
        var map = [UInt8](repeating: 1, count: 512)
        writer.addContent(map)
        map[504] = 0
        writer.addContent(map)
        writer.addContent([UInt8](repeating: 3, count: 600))
        writer.add("behind", [UInt8](repeating: 4, count: 300))
        let split = check(writer.finish())
        #expect(split.entries == nil)
        #expect(split.recipe.byteCount(of: .payload) == 300)
    }

    @Test("absurd sizes neither overflow nor reserve memory")
    func hostileSizes() {
        let sizes: [[UInt8]] = [
            Array("777777777777".utf8), [0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7),
            [UInt8](repeating: 0xff, count: 12), [0x80] + [UInt8](repeating: 0xff, count: 11),
        ]
        for size in sizes {
            for type in "0LKxgS1Z" {
                var writer = TarWriter()
                writer.add("first", [1, 2])
                writer.add(.init(name: [0x61], type: type.asciiValue ?? 0, size: size))
                writer.addContent([UInt8](repeating: 6, count: 2000))
                #expect(check(writer.finish()).entries == nil)
            }
        }
        var writer = TarWriter()
        writer.addPax([("size", Array("9223372036854775807".utf8))])
        writer.add("huge", [1])
        #expect(check(writer.finish()).entries == nil)
    }

    @Test("a metadata body over the limit is not read")
    func hugePax() {
        var writer = TarWriter()
        writer.add(type: "x", "pax", content: [UInt8](repeating: 0x41, count: PaxRecords.byteCountMaximum + 1))
        writer.add("b")
        #expect(check(writer.finish()).entries == nil)
    }

    @Test("paths and attributes over the limits of a table make it unavailable")
    func tableLimits() {
        var writer = TarWriter()
        writer.addPax([("path", [UInt8](repeating: 0x61, count: EntryTable.pathBytesMaximum + 1))])
        writer.add("b")
        #expect(check(writer.finish()).entries == nil)
        writer = TarWriter()
        writer.addPax([("SCHILY.xattr.a", [UInt8](repeating: 0, count: EntryTable.attributeBytesMaximum + 1))])
        writer.add("b")
        #expect(check(writer.finish()).entries == nil)
    }
}
