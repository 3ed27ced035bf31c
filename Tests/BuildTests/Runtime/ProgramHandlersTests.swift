import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite("Programs of other platforms")
struct ProgramHandlersTests {
    /// As the kernel describes what Debian's qemu-user-static registers for arm64.
    private static let arm64 = """
        enabled
        interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
        flags: POCF
        offset 0
        magic 7f454c460201010000000000000000000200b700
        mask ffffffffffffff00fffffffffffffffffeffffff

        """

    private func handlers(
        _ files: [String: String], _ body: (ProgramHandlers) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            for (name, text) in files { try SmallFile.write(Array(text.utf8), to: directory.appending(name)) }
            try body(ProgramHandlers(directory: directory))
        }
    }

    private let arm = Platform(os: "linux", architecture: "arm64")
    private let mainframe = Platform(os: "linux", architecture: "s390x")

    #if !arch(arm64)
    @Test("A handler that the kernel keeps open runs the programs that it takes, and no others")
    func open() async throws {
        try await handlers(["status": "enabled\n", "qemu-aarch64": Self.arm64]) { handlers in
            #expect(handlers.answer(for: arm) == .runs)
            #expect(handlers.answer(for: mainframe) == .none)
            #expect(handlers.answer(for: Platform(os: "linux", architecture: "amd64")) == .runs)
            #expect(handlers.answer(for: Platform(os: "linux", architecture: "386")) == .runs)
            #expect(handlers.answer(for: Platform(os: "linux", architecture: "arm")) == .none)
        }
    }

    @Test("A handler that is off, or that a container would have to bring, is no promise")
    func closed() async throws {
        let disabled = Self.arm64.replacing("enabled", with: "disabled")
        try await handlers(["status": "enabled\n", "a": disabled]) { #expect($0.answer(for: arm) == .none) }
        try await handlers(["status": "disabled\n", "a": Self.arm64]) { #expect($0.answer(for: arm) == .none) }
        let lazy = Self.arm64.replacing("POCF", with: "POC")
        try await handlers(["status": "enabled\n", "a": lazy]) { #expect($0.answer(for: arm) == .unknown) }
        let other = "enabled\ninterpreter /usr/bin/python3\nflags: F\nextension .py\n"
        try await handlers(["status": "enabled\n", "a": other]) { #expect($0.answer(for: arm) == .none) }
    }

    @Test("What the kernel does not list is not known")
    func unknown() async throws {
        try await handlers([:]) { #expect($0.answer(for: arm) == .unknown) }
        #expect(ProgramHandlers(directory: "/nowhere").answer(for: arm) == .unknown)
        try await handlers(["status": "enabled\n"]) { handlers in
            #expect(handlers.answer(for: Platform(os: "linux", architecture: "sw64")) == .unknown)
        }
    }
    #endif

    @Test("The headers are those of real programs")
    func header() throws {
        let own = try SmallFile.read("/proc/self/exe").prefix(20)
        #if arch(arm64)
        let headers = ProgramHeader.headers(of: "arm64")
        #else
        let headers = ProgramHeader.headers(of: "amd64")
        #endif
        #expect(try #require(headers).contains { $0.prefix(20).elementsEqual(own) })
        let mainframe = try #require(ProgramHeader.headers(of: "s390x"))
        #expect(mainframe[0][4] == 2 && mainframe[0][5] == 2)
        #expect(mainframe[0][16..<20].elementsEqual([0, 2, 0, 22]))
    }
}
