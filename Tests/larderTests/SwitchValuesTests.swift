import ArgumentParser
import Testing

@testable import larder

@Suite("Switches with a value behind =, as docker takes them")
struct SwitchValuesTests {
    @Test("Each is on or off as the value says, and a switch of the build", arguments: SwitchValues.plain)
    func values(name: String) throws {
        for value in ["true", "1", "T"] { #expect(SwitchValues.settled(["\(name)=\(value)", "."]) == [name, "."]) }
        for value in ["false", "0", "F"] { #expect(SwitchValues.settled(["\(name)=\(value)", "."]) == ["."]) }
        #expect(SwitchValues.settled([name, "\(name)=maybe", "\(name)="]) == [name, "\(name)=maybe", "\(name)="])
        if name != "--check" { _ = try BuildFlags.parse([name, "."]) }
    }

    @Test("What follows -- is not touched, nor what is no switch")
    func others() {
        #expect(SwitchValues.settled(["--sbom", "--", "--sbom"]) == ["--sbom=true", "--", "--sbom"])
        #expect(SwitchValues.settled(["--", "--push=false"]) == ["--", "--push=false"])
        let words = ["--tag=1", "--build-arg=push=false", "-q", "a=1", "--pushed=true"]
        #expect(SwitchValues.settled(words) == words)
    }
}
