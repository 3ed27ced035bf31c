import FoundationEssentials
import SystemPackage
import Testing

@testable import Build

@Suite("The directory of workspaces")
struct WorkDirectoryTests {
    @Test("What killed builds have left is removed, and what runs is not")
    func leftovers() async throws {
        try await ImageTools.withDirectory { directory in
            let left = directory + "/work/7-abc/upper/etc"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            let first = try StateDirectory(FilePath(directory))
            #expect(!FileManager.default.fileExists(atPath: left))
            let workspace = first.newWorkspace()
            try FileManager.default.createDirectory(atPath: workspace.string, withIntermediateDirectories: true)
            // Another build on the same runner.
            let second = try StateDirectory(FilePath(directory))
            #expect(FileManager.default.fileExists(atPath: workspace.string))
            #expect(second.newWorkspace() != workspace)
            withExtendedLifetime(first) {}
        }
    }

    @Test(
        "What they have left mounted is unmounted, wherever the state directory is",
        .disabled(if: !LayerTools.isRoot, "only root can mount"),
        arguments: ["plain", "with a blank", "through a link"])
    func leftMounted(name: String) async throws {
        try await ImageTools.withDirectory { directory in
            let real = directory + "/" + name
            let left = real + "/work/7-abc/merged"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            try FileSystemMount.mount("tmpfs", at: FilePath(left), options: "size=1m")
            #expect(FileManager.default.createFile(atPath: left + "/file", contents: nil))
            var path = FilePath(real)
            if name == "through a link" {
                path = FilePath(directory + "/link")
                try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: real)
            }
            _ = try StateDirectory(path)
            #expect(!FileManager.default.fileExists(atPath: real + "/work/7-abc"))
            #expect(MountTable.present.points(below: FilePath(real)).isEmpty)
        }
    }

    @Test("Mount points are read as they are meant")
    func mountTable() {
        let text = """
            /dev/a / ext4 rw 0 0
            tmpfs /a\\040b/c tmpfs rw 0 0
            tmpfs /a\\040b tmpfs rw 0 0
            tmpfs /a\\134x tmpfs rw 0 0

            broken
            """
        let table = MountTable(Array(text.utf8))
        #expect(table.points == ["/", "/a b/c", "/a b", "/a\\x"])
        #expect(table.points(below: "/a b") == ["/a b/c"])
        #expect(table.points(below: "/") == ["/a\\x", "/a b", "/a b/c"])
    }
}
