import ArgumentParser
import Build

/// `--sbom` and `--provenance`: what is attached to the image.
struct AttestationFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Attach a list of the packages that the image has (SPDX), of dpkg, apk, pip and npm; alone it means true.",
            valueName: "true|false"))
    var sbom = "false"
    @Option(
        help: ArgumentHelp(
            "Attach a statement of how the image was made (SLSA), with the keys of its steps; alone it means true.",
            valueName: "true|false"))
    var provenance = "false"

    /// - Throws: `ValidationError` for a value that is none.
    func attestations() throws -> Set<Attestation> {
        var wanted: Set<Attestation> = []
        if try Self.isOn(sbom, "--sbom") { wanted.insert(.sbom) }
        if try Self.isOn(provenance, "--provenance") { wanted.insert(.provenance) }
        return wanted
    }

    private static func isOn(_ text: String, _ flag: String) throws -> Bool {
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0", "": return false
        // BuildKit's modes of provenance: how much a statement tells, which is always the same here.
        case "mode=min" where flag == "--provenance", "mode=max" where flag == "--provenance": return true
        default: throw ValidationError("\(flag): '\(text)' is neither true nor false")
        }
    }
}
