import Chunking
import SystemPackage
import Testing

@testable import Build

@Suite("Archives become layers")
struct ArchiveReaderTests {
    private func rows(_ source: LayerSource) throws -> [Entry] {
        let tar = try LayerTools.bytes(of: source)
        var splitter = LayerSplitter()
        unsafe splitter.update(tar.span.bytes) { _, _ in }
        return try #require(splitter.finish { _, _ in }.entries).entries
    }

    private func write(_ bytes: [UInt8], _ body: (FilePath) throws -> Void) async throws {
        try await ImageTools.withDirectory { directory in
            let file = FilePath(directory).appending("archive")
            try SmallFile.write(bytes, to: file)
            try body(file)
        }
    }

    @Test(
        "All compressions give the same rows",
        arguments: ["cat", "gzip", "zstd", "gzip -9n"] + ["xz", "bzip2"].filter(ImageTools.has))
    func compressions(program: String) async throws {
        try #require(ImageTools.has("zstd"))
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                """
                cd '\(directory)'; mkdir -p t/d; echo text >t/d/file; head -c 200000 /dev/zero >t/zeros; ln t/zeros t/hard
                ln -s d/file t/link; tar -C t --owner=3 --group=4 -cf plain.tar .; \(program) <plain.tar >archive
                """)
            let file = FilePath(directory + "/archive")
            #expect(try ArchiveReader.isArchive(file))
            let rows = try rows(
                ArchiveReader.source(unpacking: [file], at: LayerPath("opt/x"), owner: nil))
            let paths = rows.map(\.path.description).sorted()
            #expect(
                paths == ["/opt/x/d", "/opt/x/d/file", "/opt/x/hard", "/opt/x/link", "/opt/x/zeros"])
            let hard = try #require(rows.first { $0.kind == .hardlink })
            #expect(hard.linkTarget.starts(with: "opt/x/".utf8))
            #expect(rows.allSatisfy { $0.uid == 3 && $0.gid == 4 })
            let text = try #require(rows.first { $0.path == LayerPath("opt/x/d/file") })
            #expect(text.content == ContentDigest.small(unsafe Array("text\n".utf8).span.bytes))
        }
    }

    @Test("The owner is replaced, rows of directories come first")
    func overrides() async throws {
        let tar = try LayerTools.tar([
            LayerTools.directory("d"), LayerTools.file("d/a", "x"), LayerTools.link("l", to: "d"),
        ])
        try await write(tar) { file in
            let above = Entry(path: LayerPath("opt"), kind: .directory, mode: 0o711)
            let rows = try rows(
                ArchiveReader.source(
                    unpacking: [file], at: LayerPath("opt"), owner: (7, 8), directories: [above]))
            #expect(rows.map(\.path.description) == ["/opt", "/opt/d", "/opt/d/a", "/opt/l"])
            #expect(rows.map(\.uid) == [0, 7, 7, 7])
        }
    }

    @Test(
        "Files that are no archives", arguments: ["", "text", String(repeating: "long", count: 5000), "\u{1f}\u{8b}"])
    func others(text: String) async throws {
        for bytes in [Array(text.utf8), [UInt8](repeating: 0, count: 10240), [0x1f, 0x8b, 8, 0, 1, 2, 3]] {
            try await write(bytes) { file in
                let isArchive = try ArchiveReader.isArchive(file)
                #expect(!isArchive)
            }
        }
    }

    @Test("A compressed file that is no tar is no archive", .enabled(if: ImageTools.has("gzip"), "needs gzip"))
    func compressedText() async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run("head -c 100000 /dev/zero | tr '\\0' x | gzip >'\(directory)/x.gz'")
            #expect(try !ArchiveReader.isArchive(FilePath(directory + "/x.gz")))
        }
    }

    @Test("A file that only begins like xz or bzip2 is no archive")
    func foreign() async throws {
        for magic in [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0, 0], Array("BZh91AY".utf8)] {
            try await write(magic) { file in
                let isArchive = try ArchiveReader.isArchive(file)
                #expect(!isArchive)
            }
        }
    }

    @Test("Entries that would leave the destination are refused")
    func leaving() async throws {
        let behindLink = [LayerTools.link("l", to: "/etc"), LayerTools.file("l/passwd", "bad")]
        let linked = [LayerTools.link("l", to: "/etc"), LayerTools.hardLink("h", to: "l/passwd")]
        let whiteout = [LayerTools.file(".wh.etc")]
        for rows in [behindLink, linked, whiteout] {
            try await write(LayerTools.tar(rows)) { file in
                let source = ArchiveReader.source(unpacking: [file], at: LayerPath("opt"), owner: nil)
                let error = #expect(throws: BuildError.self) { try LayerTools.bytes(of: source) }
                #expect(error?.code == .invalidInput)
            }
        }
    }

    @Test("Names that climb are refused", .enabled(if: ImageTools.has("tar"), "needs tar"))
    func climbing() async throws {
        try await ImageTools.withDirectory { directory in
            try ImageTools.run(
                "cd '\(directory)'; mkdir a; echo x >b; cd a; tar -P -cf ../t.tar ../b; tar --transform 's,b,x/../../b,' "
                    + "-P -C .. -cf ../u.tar b")
            for name in ["t", "u"] {
                let source = ArchiveReader.source(
                    unpacking: [FilePath("\(directory)/\(name).tar")], at: LayerPath("opt"), owner: nil)
                let error = #expect(throws: BuildError.self) { try LayerTools.bytes(of: source) }
                #expect(error?.code == .invalidInput)
            }
        }
    }

    @Test("Damage is told of, errors of the reader come through")
    func failures() async throws {
        let tar = try LayerTools.tar([LayerTools.file("a", String(repeating: "x", count: 5000))])
        try await write(Array(tar.prefix(2000))) { file in
            let source = ArchiveReader.source(unpacking: [file], at: .root, owner: nil)
            #expect(throws: BuildError.self) { try LayerTools.bytes(of: source) }
        }
        try await write(tar) { file in
            let source = ArchiveReader.source(unpacking: [file], at: .root, owner: nil)
            #expect(throws: CancellationError.self) { try source { _ in throw CancellationError() } }
        }
    }
}
