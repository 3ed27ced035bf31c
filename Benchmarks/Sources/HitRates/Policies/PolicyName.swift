/// A cache that a history can be replayed through.
public enum PolicyName: String, CaseIterable, Sendable, Codable {
    case none
    case localDaemon = "local-daemon"
    case inline
    case registryMin = "registry-min"
    case registryMax = "registry-max"
    case registryMaxMerged = "registry-max-merged"
    case buildah
    case kaniko
    case larder
    case larderNoContent = "larder-no-content"
    case larderNoScopes = "larder-no-scopes"
    case larderNoWaits = "larder-no-waits"
    case larderNoPromotion = "larder-no-promotion"

    /// What it is, for people.
    public var summary: String {
        switch self {
        case .none: "no cache"
        case .localDaemon: "one BuildKit on a machine that stays"
        case .inline: "BuildKit, cache in the image"
        case .registryMin: "BuildKit, registry cache, mode=min"
        case .registryMax: "BuildKit, registry cache, mode=max"
        case .registryMaxMerged: "BuildKit, mode=max, tags merged by a Larder server"
        case .buildah: "buildah, a tag for each step"
        case .kaniko: "kaniko, a tag for each RUN and COPY"
        case .larder: "Larder"
        case .larderNoContent: "Larder, stages known by their making"
        case .larderNoScopes: "Larder, one scope for all branches"
        case .larderNoWaits: "Larder, jobs not waiting for each other"
        case .larderNoPromotion: "Larder, merged branches not trusted"
        }
    }

    /// The policy.
    /// - Parameter quota: the most bytes it may hold, where it can keep to that.
    func make(_ contents: FileContents, quota: UInt64?) -> any CachePolicy {
        var options = LarderCache.Options()
        options.quota = quota
        switch self {
        case .none: return NoCache()
        case .localDaemon: return LocalDaemon(quota: quota)
        case .inline, .registryMin: return RegistryCache(mode: .min)
        case .registryMax: return RegistryCache(mode: .max)
        case .registryMaxMerged: return RegistryCache(mode: .max, mergesWriters: true)
        case .buildah: return BuildahCache()
        case .kaniko: return KanikoCache()
        case .larder: break
        case .larderNoContent: options.knowsContents = false
        case .larderNoScopes: options.hasScopes = false
        case .larderNoWaits: options.waits = false
        case .larderNoPromotion: options.promotes = false
        }
        return LarderCache(options, contents: contents)
    }
}
