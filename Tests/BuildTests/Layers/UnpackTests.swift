import Chunking
import Glibc
import SystemPackage
import Testing

@testable import Build

@Suite("Layers are unpacked as their tars say", .enabled(if: LayerTools.isRoot, "needs root with its capabilities"))
struct UnpackTests {
    @Test(
        "A tree comes out as the system's tar unpacks it", .enabled(if: ImageTools.has("setcap"), "needs setcap"),
        arguments: ["pax", "gnu", "ustar"])
    func systemTar(format: String) async throws {
        try await LayerTools.withLayers { layers, directory in
            try ImageTools.run(
                """
                mkdir '\(directory)/tree' '\(directory)/tar'; cd '\(directory)/tree'; umask 077
                mkdir -p a/deep/er sticky empty; chmod 1777 sticky; chmod 555 a/deep; chmod 2755 empty
                echo text >a/file; head -c 300000 /dev/urandom >a/large; : >a/none; echo x >a/deep/er/x
                cp /bin/true a/set; chown 7:8 a/set; chmod 6755 a/set; cp /bin/true a/capable
                setcap cap_net_raw+ep a/capable; ln a/file a/deep/er/hard; ln -s ../a/file sticky/link
                ln -s /absolute/nowhere dangling; chown -h 5:6 dangling; mkfifo -m 640 fifo; mknod null c 1 3
                mknod disk b 8 77; chown 1000:1001 a sticky; chmod 0 a/none
                long=$(printf 'n%.0s' $(seq 90)); mkdir $long; echo long >$long/$long
                find . -exec touch -h -d '2020-02-03 04:05:06.123456789 UTC' {} +
                tar \(format == "pax" ? "--xattrs --xattrs-include='*'" : "") --format=\(format) -cf ../tree.tar .
                tar --xattrs --xattrs-include='*' --numeric-owner -xpf ../tree.tar -C ../tar
                """)
            let tar = try SmallFile.read(FilePath(directory + "/tree.tar"))
            let digest = try LayerTools.unpack(tar, into: layers)
            let unpacked = try layers.directory(of: digest).string
            let expected = try LayerTools.listing(directory + "/tar")
            #expect(try LayerTools.listing(unpacked) == expected)
            #expect(expected.contains("cap_net_raw") == (format == "pax"))
            var splitter = LayerSplitter()
            unsafe splitter.update(tar.span.bytes) { _, _ in }
            let entries = splitter.finish { _, _ in }.entries
            #expect(try layers.entries(of: digest) == entries)
        }
    }

    @Test("Parts of any size make the same files", arguments: [1, 511, 513, 100_000])
    func parts(count: Int) async throws {
        try await LayerTools.withLayers { layers, _ in
            let tar = try LayerTools.tar([
                LayerTools.directory("d"), LayerTools.file("d/a", String(repeating: "ab", count: 700)),
                LayerTools.file("d/b"), LayerTools.file("d/c", "c"),
            ])
            let digest = try LayerTools.unpack(tar, into: layers, parts: count)
            let place = try layers.directory(of: digest).string
            #expect(try ImageTools.run("cd '\(place)'; cat d/a d/b d/c") == String(repeating: "ab", count: 700) + "c")
        }
    }

    @Test("Bytes with another digest leave nothing")
    func wrongDigest() async throws {
        try await LayerTools.withLayers { layers, _ in
            let wrong = Digest(hashing: [1])
            let tar = try LayerTools.tar([LayerTools.file("a", "b")])
            let error = #expect(throws: BuildError.self) { try layers.unpack(wrong, from: LayerTools.source(tar)) }
            #expect(error?.code == .corrupt)
            #expect(!layers.contains(wrong))
            #expect(try ImageTools.run("ls -A --ignore=.locks '\(layers.root)'") == "")
        }
    }

    @Test("What a source throws comes through, and leaves nothing")
    func failingSource() async throws {
        try await LayerTools.withLayers { layers, _ in
            let digest = Digest(hashing: [1])
            let failing: LayerSource = { _ in throw CancellationError() }
            #expect(throws: CancellationError.self) { try layers.unpack(digest, from: failing) }
            let left = try ImageTools.run("ls -A --ignore=.locks '\(layers.root)'")
            #expect(left == "")
        }
    }

    @Test("Several unpack the same layer at once")
    func concurrency() async throws {
        try await LayerTools.withLayers { layers, _ in
            let tar = try LayerTools.tar((0..<200).map { LayerTools.file("d/\($0)", "\($0)") })
            let digest = Digest(hashing: tar)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let own = try LocalLayers(root: layers.root)
                        try await BlockingThreads.run { try own.unpack(digest, from: LayerTools.source(tar)) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(layers.contains(digest))
            #expect(try ImageTools.run("ls -A --ignore=.locks '\(layers.root)'") == digest.hex + "\n")
            let place = try layers.directory(of: digest).string
            #expect(try ImageTools.run("ls '\(place)/d' | wc -l") == "200\n")
        }
    }

    @Test("Leftovers are removed, and layers of another boot that may not have reached the disk")
    func leftovers() async throws {
        try await LayerTools.withLayers { layers, _ in
            let kept = try LayerTools.unpack(LayerTools.tar([LayerTools.file("kept")]), into: layers)
            let synced = try LayerTools.unpack(LayerTools.tar([LayerTools.file("synced")]), into: layers)
            let torn = try LayerTools.unpack(LayerTools.tar([LayerTools.file("torn")]), into: layers)
            try ImageTools.run(
                "cd '\(layers.root)'; mkdir -p .new-1-x/fs/a; echo other >\(torn.hex)/boot; rm \(synced.hex)/boot")
            #expect(!LayerHome(layers.root.appending(torn.hex)).isComplete)
            layers.close()
            let again = try LocalLayers(root: layers.root)
            #expect([kept, synced, torn].map(again.contains) == [true, true, false])
            #expect(try ImageTools.run("ls -A --ignore=.locks '\(layers.root)' | wc -l") == "2\n")
        }
    }

    @Test("A layer that had time to reach the disk counts in the next boot")
    func settled() async throws {
        try await LayerTools.withLayers { layers, _ in
            let digest = try LayerTools.unpack(LayerTools.tar([LayerTools.file("a")]), into: layers)
            let mark = "\(layers.root)/\(digest.hex)/boot"
            _ = try LocalLayers(root: layers.root)
            #expect(try ImageTools.run("ls '\(mark)'") == mark + "\n")
            try ImageTools.run("touch -d '2 minutes ago' '\(mark)'")
            #expect(try LocalLayers(root: layers.root).contains(digest))
            #expect(try ImageTools.run("ls '\(mark)' 2>/dev/null || true") == "")
        }
    }

    @Test("A directory is adopted as a layer, also when the layer is here already")
    func adopting() async throws {
        try await LayerTools.withLayers { layers, directory in
            let digest = Digest(hashing: [7])
            for _ in 0..<2 {
                try ImageTools.run("mkdir '\(directory)/upper'; echo x >'\(directory)/upper/x'")
                try layers.adopt(FilePath(directory + "/upper"), as: digest, entries: EntryTable())
                #expect(try ImageTools.run("ls '\(directory)'; ls '\(layers.directory(of: digest))'") == "layers\nx\n")
            }
        }
    }
}
