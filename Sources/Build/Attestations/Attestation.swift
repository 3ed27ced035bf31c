/// What a build can attach to its image on the server.
public enum Attestation: String, Hashable, Sendable, CaseIterable {
    /// The packages that the image has (`--sbom`).
    case sbom
    /// How it was made (`--provenance`).
    case provenance
}
