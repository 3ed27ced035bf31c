import CacheAPI
import OCI

extension Settings {
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
        images.localProjects = localProjects.isEmpty ? nil : Set(localProjects)
        return images
    }
}
