import TestSupport
import Testing

@testable import Chunking

/// Tars made by the system's `tar` from one tree with a little of everything.
@Suite("Tars of the system's tar", .enabled(if: hasProgram("tar"), "needs tar"))
struct SystemTarTests {
    private static let tree = """
        mkdir -p tree/dir/sub 'tree/with space'; cd tree
        printf 'hello\\n' > dir/hello; printf '' > dir/empty; head -c 300000 /dev/urandom > dir/large
        head -c 15000 /dev/urandom > dir/small
        ln dir/large dir/hard; ln -s hello dir/soft; ln -s /etc/passwd dir/absolute; mkfifo dir/fifo
        printf x > "$(printf 'caf\\351')"
        printf y > 'with space/new name'
        chmod 4751 dir/hello; chmod 1777 dir/sub; chmod 600 dir/small
        find . -exec touch -h -d '2021-03-04 05:06:07 UTC' {} +
        """
    private static let longNames = """
        name=$(printf '%0120d' 7); mkdir -p "$name/$name"; printf long > "$name/$name/$name"
        ln -s "$name/$name/$name" "$name/soft"; ln "$name/$name/$name" "$name/hard"
        """

    private func tar(_ directory: TemporaryDirectory, _ options: String) throws -> [UInt8] {
        try shell("tar -C tree --sort=name --numeric-owner \(options) -cf - . 2>/dev/null", in: directory)
    }

    private func check(_ blob: [UInt8]) -> SplitBlob {
        let split = SplitBlob(blob, parameters: .v1) { 65_536 }
        #expect(split.read(split.recipe.pieces()) == blob)
        return split
    }

    @Test("every format gives the rows that were put in", arguments: ["v7", "oldgnu", "gnu", "ustar", "pax", "posix"])
    func formats(format: String) throws {
        let directory = try TemporaryDirectory()
        _ = try shell(Self.tree, in: directory)
        let hasNumbers = format != "v7"
        let blob = try tar(
            directory, "--format=\(format) --owner=1234 --group=56" + (hasNumbers ? "" : " --exclude=fifo"))
        let split = check(blob)
        #expect(split.entries?.entries.first?.path == .root)
        let hello = try #require(split.row("dir/hello"))
        #expect(hello.kind == .file && hello.mode == 0o4751 && hello.uid == 1234 && hello.gid == 56)
        #expect(hello.mtimeSeconds == 1_614_834_367 && hello.mtimeNanoseconds == 0)
        #expect(split.file("dir/hello") == Array("hello\n".utf8))
        #expect(split.row("dir/sub")?.mode == 0o1777)
        #expect(split.row("dir/sub")?.kind == .directory)
        #expect(split.row("dir/soft")?.linkTarget == Array("hello".utf8))
        #expect(split.row("dir/absolute")?.linkTarget == Array("/etc/passwd".utf8))
        #expect(split.row("dir/fifo")?.kind == (hasNumbers ? .fifo : nil))
        // Of the two names of one file, the first in order has the content.
        #expect(split.row("dir/large")?.linkTarget == Array("dir/hard".utf8))
        #expect(split.row("dir/large")?.kind == .hardlink)
        #expect(split.file("dir/hard")?.count == 300_000)
        #expect(split.entries?.entries.contains { $0.path.bytes == [0x63, 0x61, 0x66, 0xe9] } == true)
        #expect(split.file("with space/new name") == [UInt8(ascii: "y")])
        #expect(split.row("dir/empty")?.content == ContentDigest.small(of: []))
    }

    @Test("long names", arguments: ["gnu", "oldgnu", "pax"])
    func longNames(format: String) throws {
        let directory = try TemporaryDirectory()
        _ = try shell("mkdir tree; cd tree; " + Self.longNames, in: directory)
        let split = check(try tar(directory, "--format=\(format)"))
        let name = String(repeating: "0", count: 119) + "7"
        #expect(split.row("\(name)/soft")?.linkTarget == Array("\(name)/\(name)/\(name)".utf8))
        let (first, second) = (split.row("\(name)/\(name)/\(name)"), split.row("\(name)/hard"))
        #expect(Set([first?.kind, second?.kind]) == [.file, .hardlink])
    }

    @Test("rows agree with what tar lists", arguments: ["gnu", "pax"])
    func listing(format: String) throws {
        let directory = try TemporaryDirectory()
        _ = try shell(Self.tree, in: directory)
        _ = try shell("cd tree; " + Self.longNames, in: directory)
        let blob = try tar(directory, "--format=\(format)")
        _ = try shell(
            "tar -C tree --sort=name --numeric-owner --format=\(format) -cf listed.tar .", in: directory)
        let listing = try shell("TZ=UTC tar --quoting-style=literal --numeric-owner -tvf listed.tar", in: directory)
        let lines = listing.split(separator: UInt8(ascii: "\n"))
        let rows = check(blob).entries?.entries ?? []
        #expect(rows.count == lines.count && rows.count > 10)
        for (row, line) in zip(rows, lines) {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            #expect(String(decoding: words[0], as: UTF8.self) == Self.permissions(row))
            #expect(String(decoding: words[1], as: UTF8.self) == "\(row.uid)/\(row.gid)")
            #expect(String(decoding: words[2], as: UTF8.self) == "\(row.size)")
            #expect(Self.normalized(words[5]) == Self.name(row))
        }
    }

    /// What `tar -tv` prints behind the time, without `./` and slashes at the end.
    private static func name(_ row: Entry) -> [UInt8] {
        switch row.kind {
        case .symlink: row.path.bytes + Array(" -> ".utf8) + row.linkTarget
        case .hardlink: row.path.bytes + Array(" link to ./".utf8) + row.linkTarget
        default: row.path.bytes
        }
    }

    private static func normalized(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var name = name.dropFirst(2)
        if name.last == UInt8(ascii: "/") { name.removeLast() }
        return Array(name)
    }

    private static func permissions(_ row: Entry) -> String {
        let types: [Entry.Kind: String] = [.file: "-", .directory: "d", .symlink: "l", .hardlink: "h", .fifo: "p"]
        var text = types[row.kind] ?? "?"
        for (shift, special, letter) in [(6, 0o4000, "s"), (3, 0o2000, "s"), (0, 0o1000, "t")]
            as [(UInt32, UInt32, String)]
        {
            let bits = row.mode >> shift & 7
            text += bits & 4 != 0 ? "r" : "-"
            text += bits & 2 != 0 ? "w" : "-"
            switch (row.mode & special != 0, bits & 1 != 0) {
            case (true, true): text += letter
            case (true, false): text += letter.uppercased()
            case (false, true): text += "x"
            case (false, false): text += "-"
            }
        }
        return text
    }

    @Test(
        "sparse files have no table, in any way of writing them",
        arguments: ["gnu", "pax --sparse-version=0.0", "pax --sparse-version=0.1", "pax --sparse-version=1.0"])
    func sparse(format: String) throws {
        let directory = try TemporaryDirectory()
        _ = try shell(
            """
            mkdir tree; for i in $(seq 0 2 60); do
            printf data | dd of=tree/sparse bs=65536 seek=$i conv=notrunc 2>/dev/null; done; printf end > tree/z
            """, in: directory)
        let split = check(try tar(directory, "--sparse --format=\(format)"))
        #expect(split.entries == nil)
        #expect(split.recipe.byteCount(of: .payload) >= 3, "the file behind it is still found")
    }

    @Test(
        "extended attributes are in the rows",
        .enabled(if: hasProgram("setfattr") && hasProgram("getfattr"), "needs setfattr"))
    func attributes() throws {
        let directory = try TemporaryDirectory()
        _ = try shell("mkdir tree; printf x > tree/a", in: directory)
        guard (try? shell("setfattr -n user.b -v two tree/a && setfattr -n user.a -v one tree/a", in: directory)) != nil
        else { return }
        let split = check(try tar(directory, "--xattrs --format=pax"))
        #expect(
            split.row("a")?.xattrs == [
                .init(name: Array("user.a".utf8), value: Array("one".utf8)),
                .init(name: Array("user.b".utf8), value: Array("two".utf8)),
            ])
    }

    @Test("a second tar of the same tree with new times has the same payload")
    func newTimes() throws {
        let directory = try TemporaryDirectory()
        _ = try shell(Self.tree, in: directory)
        let before = check(try tar(directory, "--format=gnu"))
        _ = try shell("find tree -exec touch -h -d '2022-01-01' {} +", in: directory)
        let after = check(try tar(directory, "--format=gnu"))
        #expect(before.recipe.payload == after.recipe.payload)
        #expect(before.recipe.digest != after.recipe.digest)
    }

    @Test("damaged tars still round-trip", arguments: seeds)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let directory = try TemporaryDirectory()
        _ = try shell(Self.tree + "; rm -f dir/large dir/hard dir/small", in: directory)
        let blob = try tar(directory, "--format=pax")
        for _ in 0..<200 {
            let mutated = generator.mutated(blob)
            let split = SplitBlob(mutated)
            #expect(split.read(split.recipe.pieces()) == mutated)
        }
    }
}
