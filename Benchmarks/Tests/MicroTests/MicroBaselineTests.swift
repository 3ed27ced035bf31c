import FoundationEssentials
import Micro
import Testing

@Suite struct MicroBaselineTests {
    private let baseline = MicroBaseline(
        machine: MicroMachine(architecture: "x86_64", hasAVX2: true),
        counts: [
            "hash": MicroCount(unit: "byte", instructions: 10), "cut": MicroCount(unit: "byte", instructions: 2),
        ])

    private func findings(_ hash: Double, _ cut: Double, tolerance: Double = 3) -> [MicroFinding] {
        let counts = [
            "hash": MicroCount(unit: "byte", instructions: hash), "cut": MicroCount(unit: "byte", instructions: cut),
        ]
        return baseline.findings(in: counts, tolerance: tolerance, isWhole: true)
    }

    @Test func moreThanTheToleranceFailsAndSaysWhichAndByHowMuch() {
        let findings = findings(10.5, 2)
        #expect(findings.map(\.isFailure) == [true])
        #expect(
            findings.map(\.description) == [
                "hash: 10.5 instructions for each byte, 5.0 % more than the baseline's 10.0"
            ])
    }

    @Test func whatIsWithinTheToleranceOrBetterPasses() {
        #expect(findings(10.29, 1.95) == [])
        let better = findings(9, 2)
        #expect(better.map(\.isFailure) == [false])
        #expect(
            better.map(\.description) == ["hash: 9.0 instructions for each byte, 10.0 % fewer than the baseline's 10.0"]
        )
    }

    @Test func benchmarksThatTheBaselineDoesNotKnowFail() {
        let counts = [
            "hash": MicroCount(unit: "row", instructions: 10), "new": MicroCount(unit: "byte", instructions: 1),
        ]
        let findings = baseline.findings(in: counts, tolerance: 3, isWhole: true)
        #expect(findings == [.unknown("hash"), .unknown("new"), .gone("cut")])
        #expect(findings.map(\.isFailure) == [true, true, true])
        #expect(
            baseline.findings(in: ["hash": MicroCount(unit: "byte", instructions: 10)], tolerance: 3, isWhole: false)
                == [])
    }

    @Test func aBaselineIsReadAsItWasWritten() throws {
        #expect(try MicroBaseline(decoding: try baseline.encoded(), named: "baseline.json") == baseline)
        #expect(throws: MicroError.self) { try MicroBaseline(decoding: Data("{}".utf8), named: "baseline.json") }
    }
}
