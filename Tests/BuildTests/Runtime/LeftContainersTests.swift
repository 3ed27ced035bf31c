import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite("Containers that killed builds have left", .enabled(if: LayerTools.isRoot && TinyImage.obstacle == nil))
struct LeftContainersTests {
    @Test("They are ended, whoever started them", .timeLimit(.minutes(2)))
    func ended() async throws {
        try await SmallRoot.with { small in
            // Nothing but its bundle tells of the container, as when its build was killed.
            let workspace = FilePath(small.directory + "/work")
            let result = try await small.run("trap '' TERM HUP; echo up; sleep 600; echo late") { line in
                if line == "up" { LeftContainers.kill(in: workspace) }
            }
            #expect(result.status == 137)
            #expect(result.lines == ["up"])
        }
    }

    @Test("What has the number of one that is gone is left alone, and so is what is no container", arguments: [0, 1])
    func strangers(difference: UInt64) async throws {
        try await ImageTools.withDirectory { directory in
            let made = try ImageTools.run("sleep 300 >/dev/null 2>&1 & echo $! $(cut -d ' ' -f 22 /proc/$!/stat)")
            let numbers = made.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
            defer { _ = try? ImageTools.run("kill \(numbers[0])") }
            try #require(numbers.count == 2)
            let state = FilePath(directory + "/larder-1/state/larder-1")
            try FileManager.default.createDirectory(atPath: state.string, withIntermediateDirectories: true)
            let (process, start) = (numbers[0], numbers[1] + difference)
            try SmallFile.write(
                Array(#"{"init_process_pid":\#(process),"init_process_start":\#(start)}"#.utf8),
                to: state.appending("state.json"))
            try SmallFile.write(
                Array(#"{"pid":\#(process),"process-start-time":\#(start)}"#.utf8), to: state.appending("status"))
            LeftContainers.kill(in: FilePath(directory))
            #expect(try ImageTools.run("kill -0 \(process) && echo there") == "there\n")
        }
    }
}
