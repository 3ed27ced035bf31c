import FoundationEssentials
import Testing

@testable import Networking

@Suite("Files that cannot be used")
struct SystemReasonTests {
    private func words(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return SystemReason.words(for: error)
        }
    }

    @Test("are told of as the system does, not as Foundation does")
    func system() {
        #expect(words { _ = try Data(contentsOf: URL(filePath: "/nowhere/at/all")) } == "No such file or directory")
        #expect(words { _ = try Data(contentsOf: URL(filePath: "/")) } == "Is a directory")
        #expect(words { try Data().write(to: URL(filePath: "/nowhere/at/all")) } == "No such file or directory")
        #expect(
            words { _ = try String(contentsOf: URL(filePath: "/bin/true"), encoding: .utf8) } == "it is not UTF-8")
    }
}
