import CacheAPI
import FoundationEssentials
import Logging
import OCI
import SystemPackage

extension Settings {
    /// How other registries are reached. Blocks.
    /// - Throws: ``SettingsError`` when the file with logins cannot be used.
    func upstreamAccess(logger: Logger) throws -> UpstreamAccess {
        guard let path = upstreamCredentials else { return UpstreamAccess(logger: logger) }
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path.string)))
            return UpstreamAccess(credentials: try CredentialFile(bytes), logger: logger)
        } catch let error as OCIError {
            throw SettingsError("\(Setting.upstreamCredentials.flag): \(path) is no file with logins: \(error)")
        } catch {
            throw SettingsError("\(Setting.upstreamCredentials.flag): \(path) cannot be read: \(error)")
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
        images.localProjects = localProjects.isEmpty ? nil : Set(localProjects)
        return images
    }
}
