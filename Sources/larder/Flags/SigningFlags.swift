import ArgumentParser
import Build
import CacheAPI
import Chunking
import FoundationEssentials
import Networking

/// With which keys records are signed and believed.
struct SigningFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Sign what this build records with the Ed25519 key in this file, PEM, as 'openssl genpkey -algorithm ed25519' \
            makes it. LARDER_SIGN_KEY.
            """, valueName: "FILE"), completion: .file())
    var signKey: String?
    @Flag(
        help: """
            Take only steps for which a key of --verify-key stands, or that of --sign-key; others are built again. \
            LARDER_VERIFY=1.
            """)
    var verify = false
    @Option(
        help: ArgumentHelp(
            """
            Public keys to believe, PEM: of runners, or signing-key.pub of the server's root. May be given several times; \
            means --verify. LARDER_VERIFY_KEY.
            """, valueName: "FILE"), completion: .file())
    var verifyKey: [String] = []

    /// Reads the files.
    /// - Throws: `ValidationError`.
    func set(_ request: inout BuildRequest, in surroundings: Surroundings) throws {
        if let path = signKey ?? surroundings.value("LARDER_SIGN_KEY") {
            guard let key = KeyFile.signingKey(in: try Self.read(path, "--sign-key")) else {
                throw ValidationError(
                    "--sign-key: \(path) has no Ed25519 key; make one with 'openssl genpkey -algorithm ed25519 -out \(path)'"
                )
            }
            request.signingKey = key
        }
        let files = verifyKey.isEmpty ? [surroundings.value("LARDER_VERIFY_KEY")].compactMap { $0 } : verifyKey
        guard verify || !files.isEmpty || surroundings.value("LARDER_VERIFY") == "1" else { return }
        var keys = Set([request.signingKey?.verifyingKey].compactMap { $0 })
        for path in files {
            let found = KeyFile.verifyingKeys(in: try Self.read(path, "--verify-key"))
            guard !found.isEmpty else {
                throw ValidationError(
                    "--verify-key: \(path) has no public Ed25519 key; 'openssl pkey -in KEY -pubout' prints that of a key"
                )
            }
            keys.formUnion(found)
        }
        guard !keys.isEmpty else {
            throw ValidationError("--verify: no key is believed; give one with --verify-key, or --sign-key")
        }
        request.verification = RecordVerification(keys: keys)
    }

    private static func read(_ path: String, _ flag: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw ValidationError("\(flag): \(path) cannot be read: \(SystemReason.words(for: error))")
        }
    }
}
