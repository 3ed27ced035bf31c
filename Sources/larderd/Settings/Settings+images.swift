import CacheAPI
import FoundationEssentials
import Logging
import Networking
import OCI
import SystemPackage

extension Settings {
    /// How other registries are reached. Blocks.
    /// - Throws: ``SettingsError`` when the file with logins cannot be used.
    func upstreamAccess(logger: Logger) throws -> UpstreamAccess {
        let client = WebClient(try upstreamNetwork(), .forUpstreams)
        guard let path = upstreamCredentials else { return UpstreamAccess(client: client, logger: logger) }
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path.string)))
            return UpstreamAccess(client: client, credentials: try CredentialFile(bytes), logger: logger)
        } catch let error as OCIError {
            throw SettingsError("\(Setting.upstreamCredentials.flag): \(path) is no file with logins: \(error)")
        } catch {
            throw SettingsError(
                "\(Setting.upstreamCredentials.flag): \(path) cannot be read: \(SystemReason.words(for: error))")
        }
    }

    /// The ways to other registries.
    private func upstreamNetwork() throws(SettingsError) -> NetworkSettings {
        // As programs with OpenSSL take it.
        let usual = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : FilePath($0) }
        do {
            return try NetworkSettings(environment: environment, authorityFile: upstreamAuthorities ?? usual)
        } catch {
            let place = upstreamAuthorities == nil ? "the environment" : Setting.upstreamCaFile.flag
            throw SettingsError("\(place): \(error)")
        }
    }

    /// What of these settings concerns images.
    var images: ImageCatalog.Settings {
        var images = ImageCatalog.Settings()
        images.ownHosts = Set(ownHosts)
        // A port that is not known yet can be in no name.
        if listen.port != 0 {
            let hosts = ["localhost", "127.0.0.1", "[::1]"].map { "\($0):\(listen.port)" } + [listen.description]
            images.ownHosts.formUnion(hosts.compactMap { try? RegistryHost($0) })
        }
        images.tagRules = tagRules
        images.mirrors = mirrors
        images.defaultRegistry = defaultRegistry
        images.limits = limits
        images.localProjects = localProjects.isEmpty ? nil : Set(localProjects)
        return images
    }
}
