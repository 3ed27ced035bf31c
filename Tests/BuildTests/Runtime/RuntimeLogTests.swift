import Testing

@testable import Build

@Suite("A runtime's failures are told from those of a process")
struct RuntimeLogTests {
    @Test("The last error counts, warnings do not")
    func lastError() {
        let log = """
            {"level":"warning","msg":"careful","time":"2026-01-01T00:00:00Z"}
            {"level":"error","msg":"first","time":"2026-01-01T00:00:00Z"}
            not JSON
            {"level":"error","msg":"second","time":"2026-01-01T00:00:00Z"}

            """
        #expect(RuntimeLog.failure(in: Array(log.utf8)) == "second")
        #expect(RuntimeLog.failure(in: Array(#"{"level":"warning","msg":"careful"}"#.utf8)) == nil)
        #expect(RuntimeLog.failure(in: []) == nil)
    }

    @Test("Programs that cannot be run end as in a shell")
    func programs() throws {
        let start = "runc run failed: unable to start container process: "
        #expect(try RuntimeLog.exitStatus(of: start + #"exec: "x": executable file not found in $PATH"#) == 127)
        #expect(try RuntimeLog.exitStatus(of: start + #"exec: "/x": stat /x: no such file or directory"#) == 127)
        #expect(try RuntimeLog.exitStatus(of: start + #"exec: "/x": permission denied"#) == 126)
    }

    @Test("Other failures are the runner's")
    func others() {
        let denied = #expect(throws: BuildError.self) {
            try RuntimeLog.exitStatus(of: "runc run failed: mkdir /sys/fs/cgroup/x: read-only file system")
        }
        #expect(denied?.code == .notPermitted)
        let failed = #expect(throws: BuildError.self) { try RuntimeLog.exitStatus(of: "runc run failed: no memory") }
        #expect(failed?.code == .io)
    }
}
