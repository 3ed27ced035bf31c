import ChunkStore

extension Settings {
    /// How the store is opened.
    var storeOptions: Store.Options {
        var options = Store.Options()
        options.chunkFileSize = chunkFileSize
        options.leasePeriod = leasePeriod
        options.diskReserve = diskReserve
        return options
    }

    /// What may be kept, and what goes first.
    var collectionPolicy: CollectionPolicy { collectionPolicy(telling: nil) }

    /// The same for a collection that tells what it evicts.
    func collectionPolicy(telling events: RemovalEvents?) -> CollectionPolicy {
        var policy = CollectionPolicy()
        if let events { policy.didEvict = { events.note($0, $1, $2, $3) } }
        policy.storeBytesMaximum = quota
        policy.projectBytesMaximum = projectQuota.all
        policy.projectBytesMaxima = projectQuota.named
        policy.ageMaximum = maxAge
        policy.isEvictable = { [pinnedTags, tagRules] table, key in
            if table == .lineage { return key != ComponentSecret.recordKey }
            guard table == .tag else { return true }
            return !pinnedTags.contains(key: key) && !tagRules.immutable.contains(key: key)
        }
        return policy
    }

    /// What deletes tags by rule.
    /// - Parameter events: what tells of them.
    func tagUpkeep(
        of store: Store, telling events: RemovalEvents? = nil, shouldStop: @escaping () -> Bool
    ) -> TagUpkeep {
        TagUpkeep(store: store, rules: tagRules, leasePeriod: leasePeriod, events: events, shouldStop: shouldStop)
    }

    /// How maintenance stores what is kept for long.
    var packSettings: PackSettings {
        var settings = PackSettings()
        settings.level = compressionLevel
        return settings
    }
}
