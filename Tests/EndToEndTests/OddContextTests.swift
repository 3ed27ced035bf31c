import Chunking
import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Contexts with files that are none, or that have no proper names.
@Suite struct OddContextTests {
    private func failure(_ lab: BuildLab, _ context: FilePath) async throws -> String {
        let report = try await lab.build(context, runner: "a")
        #expect(report.outcome.image == nil)
        return "\(try #require(report.outcome.error))"
    }

    @Test("A socket is refused by name, unless it is ignored")
    func socket() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\n\nCOPY . /\n", "f": "f"])
            try TestSocket.make(context.appending("s"))
            let message = try await failure(lab, context)
            for word in ["Dockerfile:3", "/s is a socket", ".dockerignore"] {
                #expect(message.contains(word), "\(message)")
            }
            try lab.context([".dockerignore": "s\n"])
            #expect(try await lab.build(context, runner: "a").outcome.error == nil)
        }
    }

    @Test("Pipes and devices are copied as what they are, and nobody reads from them", .enabled(if: geteuid() == 0))
    func nodes() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY d /d\n", "d/f": "f"])
            try await TinyImage.shell("cd \"$1/d\"; mkfifo p; mknod c c 1 5; mknod b b 7 200", context.string)
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
            let files = try await lab.files(of: report)
            #expect(files["/d/p"]?.entry.kind == .fifo)
            #expect(files["/d/c"]?.entry.kind == .characterDevice && files["/d/c"]?.entry.deviceMinor == 5)
            #expect(files["/d/b"]?.entry.kind == .blockDevice && files["/d/b"]?.entry.deviceMinor == 200)
        }
    }

    @Test("Links that lead nowhere or round in circles are copied; where one is itself the source it is not there")
    func links() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY . /all/\n", "f": "f"])
            try await TinyImage.shell(
                "cd \"$1\"; ln -s none dangling; ln -s loop loop; ln -s b a; ln -s a b; ln -s . self", context.string)
            let report = try await lab.build(context, runner: "a")
            #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
            let files = try await lab.files(of: report)
            for (name, target) in [("dangling", "none"), ("loop", "loop"), ("a", "b"), ("b", "a"), ("self", ".")] {
                #expect(files["/all/\(name)"]?.entry.linkTarget == Array(target.utf8), "\(name)")
            }
            for source in ["dangling", "loop", "a", "a/f", "self/loop/f"] {
                try lab.context(["Dockerfile": "FROM scratch\n\nCOPY \(source) /x\n"])
                let message = try await failure(lab, context)
                #expect(message.contains("Dockerfile:3") && message.contains("\"\(source)\""), "\(message)")
            }
            try lab.context(["Dockerfile": "FROM scratch\nCOPY self/self/f /x\n"])
            #expect(try await lab.files(of: try await lab.build(context, runner: "a"))["/x"]?.text == "f")
        }
    }

    /// Names are bytes: those that no text has are told apart, in layers and in keys.
    @Test("Names that are not UTF-8 keep their bytes, and are never taken for one another")
    func names() async throws {
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY d /d\n", "d/f": "f"])
            let script = "cd \"$1/d\"; printf %s \"$2\" >\"$(printf '\\377')\"; printf %s \"$3\" >\"$(printf '\\376')\""
            try await TinyImage.shell(script, context.string, "one", "two")
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil, "\(String(describing: first.outcome.error))")
            func contents(_ report: BuildLab.Report) async throws -> [UInt8: String] {
                var found: [UInt8: String] = [:]
                for file in try await lab.rawFiles(of: report) where file.entry.kind == .file {
                    if let last = file.entry.path.bytes.last, last > 0x7f { found[last] = file.text }
                }
                return found
            }
            #expect(try await contents(first) == [0xff: "one", 0xfe: "two"])
            #expect(try await lab.build(context, runner: "b").verdicts == [.hit])
            try await TinyImage.shell(script, context.string, "two", "one")
            let second = try await lab.build(context, runner: "b")
            #expect(second.verdicts == [.run])
            #expect(try await contents(second) == [0xff: "two", 0xfe: "one"])
        }
    }

    @Test("A directory with very many files is copied whole, and found again")
    func many() async throws {
        let count = ProofSettings.files
        try await BuildLab.run { lab in
            let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY d /d\n"])
            try await TinyImage.shell(
                "mkdir \"$1/d\"; cd \"$1/d\"; seq \"$2\" | xargs touch", context.string, "\(count)")
            let first = try await lab.build(context, runner: "a")
            #expect(first.outcome.error == nil, "\(String(describing: first.outcome.error))")
            #expect(try await lab.rawFiles(of: first).count { $0.entry.kind == .file } == count)
            #expect(try await lab.build(context, runner: "b").verdicts == [.hit])
            ProofSettings.report("files in one directory of a context: \(count)")
        }
    }
}

/// A socket in the file system, which lives on when nobody has it open any more.
private enum TestSocket {
    static func make(_ path: FilePath) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.string.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            for (index, byte) in bytes.prefix(field.count - 1).enumerated() { unsafe field[index] = byte }
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, size) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
    }
}
