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
    var collectionPolicy: CollectionPolicy {
        var policy = CollectionPolicy()
        policy.storeBytesMaximum = quota
        policy.projectBytesMaximum = projectQuota.all
        policy.projectBytesMaxima = projectQuota.named
        policy.ageMaximum = maxAge
        policy.isEvictable = { [pinnedTags] table, key in
            guard table == .tag else { return true }
            // The repository's name and a zero stand before the tag.
            return !pinnedTags.contains(key.drop { $0 != 0 }.dropFirst())
        }
        return policy
    }

    /// How maintenance stores what is kept for long.
    var packSettings: PackSettings {
        var settings = PackSettings()
        settings.level = compressionLevel
        return settings
    }
}
