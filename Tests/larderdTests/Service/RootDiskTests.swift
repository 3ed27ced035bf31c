import FoundationEssentials
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Small files of a root")
struct RootDiskTests {
    private func contents(_ path: FilePath) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path.string)), as: UTF8.self)
    }

    @Test("are replaced as a whole, and are their owner's alone")
    func replaced() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("file")
            for text in ["first, and longer", "second"] {
                try RootDisk.system.replace(path, with: Array(text.utf8))
                #expect(try contents(path) == text)
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == ["file"])
        }
    }

    @Test(
        "stay what they were when a disk fails, and nothing is left beside them", arguments: FailingDisk.Fault.allCases)
    func failed(_ fault: FailingDisk.Fault) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("file")
            let failing = FailingDisk(fault)
            try failing.disk.replace(path, with: Array("old".utf8))
            failing.isOn.store(true, ordering: .relaxed)
            #expect(throws: Errno.noSpace) { try failing.disk.replace(path, with: Array("new".utf8)) }
            // It has its new name by then.
            #expect(try contents(path) == (fault == .syncDirectory ? "new" : "old"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == ["file"])
        }
    }
}
