import FoundationEssentials
import JWTKit
import SystemPackage

/// The key that registry tokens are signed with: drawn when one is needed first, and kept in the root for nobody but the
/// account that serves it.
struct RegistryTokenKey: Sendable {
    private let key: ES256PrivateKey

    /// That in `file`, which is made when it is not there. Blocks.
    /// - Throws: `ServerError` when the file cannot be read or written.
    init(in file: FilePath) throws {
        if let text = try Self.read(file) {
            guard let key = try? ES256PrivateKey(pem: text) else {
                throw ServerError(
                    .unusableFile, "\(file) is not the key that it should be; remove it, and clients log in again")
            }
            self.key = key
            return
        }
        let fresh = ES256PrivateKey()
        do {
            try RootDisk.system.replace(file, with: Array(fresh.pemRepresentation.utf8))
        } catch {
            throw ServerError(.unusableFile, "the key of registry tokens, \(file), cannot be written: \(error)")
        }
        key = fresh
    }

    /// The text of a token.
    func sign(_ claims: RegistryTokenClaims) async throws -> String {
        try await JWTKeyCollection().add(ecdsa: key).sign(claims)
    }

    /// The claims of a token that was signed with this key; `nil` for any other text.
    /// - Parameter text: one that ``SignedToken`` could take apart: JWTKit reads it with a decoder that traps on some documents
    ///   (see `JSONDocument`).
    func claims(of text: String) async -> RegistryTokenClaims? {
        await (try? JWTKeyCollection().add(ecdsa: key.publicKey).verify(text, as: RegistryTokenClaims.self))
    }

    private static func read(_ file: FilePath) throws -> String? {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(file, .readOnly)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw ServerError(.unusableFile, "the key of registry tokens, \(file), cannot be read: \(error)")
        }
        return try descriptor.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = try unsafe bytes.withUnsafeMutableBytes { unsafe try descriptor.read(into: $0) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }
}
