import ChildPrograms
import EndToEnd
import Glibc
import Testing

@Suite struct MeasuringTests {
    private static let stat =
        "7 (a (b) c) S 3 7 7 0 -1 4194304 1 2 3 4 150 50 300 100 20 0 1 0 100 1000 10 18446744073709551615"

    @Test("A process's times are those behind its name, whatever that is")
    func stat() throws {
        let entry = try #require(ProcessEntry(line: Self.stat, ticks: 100))
        #expect((entry.parent, entry.ownSeconds, entry.waitedForSeconds) == (3, 2, 4))
        #expect(ProcessEntry(line: "7 (x) S", ticks: 100) == nil)
    }

    @Test("A tree is a process and all that descend from it; its time counts what has ended")
    func tree() throws {
        func entry(_ parent: Int) throws -> ProcessEntry {
            try #require(
                ProcessEntry(line: "0 (x) S \(parent) 7 7 0 -1 4194304 1 2 3 4 10 0 20 0 20 0 1 0 100", ticks: 10))
        }
        let table = ProcessTable(entries: [1: try entry(0), 5: try entry(1), 2: try entry(5), 9: try entry(1)])
        #expect(table.tree(of: [5]) == [5, 2])
        #expect(table.tree(of: [77]) == [])
        #expect(table.processorSeconds(of: [5]) == 6)
    }

    @Test("This process is in the table of all")
    func ownProcess() {
        let table = ProcessTable.now()
        #expect(table.tree(of: [getppid()]).contains(getpid()))
    }

    @Test("Anonymous memory in the words of the kernel")
    func memory() {
        #expect(MemoryWatch.anonymousMemory(in: "VmRSS:\t  99 kB\nRssAnon:\t   12 kB\n") == 12_288)
        #expect(MemoryWatch.anonymousMemory(in: "Name:\tkthreadd\n") == nil)
    }

    @Test("The bytes of a rule are its second column")
    func rule() {
        let list = """
            Chain larder-bench-1-up (1 references)
                pkts      bytes target     prot opt in     out     source               destination
                  12     345678            0    --  *      *       0.0.0.0/0            0.0.0.0/0

            """
        #expect(WireCounter.bytes(in: list) == 345_678)
    }

    @Test("What a program says that fails is in the error; one that succeeds says all it says")
    func programs() throws {
        #expect(try ChildProgram.output(["sh", "-c", "echo a; echo b >&2"]) == "a\nb\n")
        let error = #expect(throws: ChildProgramError.self) {
            try ChildProgram.output(["sh", "-c", "echo no such thing; exit 3"])
        }
        #expect(error?.description.contains("no such thing") == true)
    }

    @Test("The time of what a program started and waited for counts as its own")
    func ending() throws {
        let work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
        let ended = ChildProgram.wait(
            for: try ChildProgram.start(["sh", "-c", "sh -c '\(work)'; true"], log: "/dev/null"))
        #expect(ended.succeeded)
        #expect(ended.processorSeconds > 0)
    }
}
