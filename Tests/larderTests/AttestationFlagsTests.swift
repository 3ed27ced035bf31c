import Build
import Testing

@testable import larder

@Suite("--sbom and --provenance")
struct AttestationFlagsTests {
    private func wanted(_ arguments: String...) throws -> Set<Attestation> {
        try order(SwitchValues.settled(arguments + ["."])).request.attestations
    }

    @Test("They may have a value or none, as docker's")
    func forms() throws {
        #expect(try wanted() == [])
        #expect(try wanted("--sbom") == [.sbom])
        #expect(try wanted("--sbom", "--provenance") == [.sbom, .provenance])
        #expect(try wanted("--sbom=false", "--provenance=mode=max") == [.provenance])
        #expect(try wanted("--provenance=false") == [])
        #expect(try wanted("--provenance=0", "--sbom=1") == [.sbom])
    }

    @Test("Other values are refused", arguments: ["--sbom=maybe", "--provenance=mode=some", "--sbom=mode=max"])
    func refusals(argument: String) {
        let text = refusal([argument, "."])
        #expect(text.contains(argument.prefix { $0 != "=" }) && text.contains("neither true nor false"), "\(text)")
    }
}
