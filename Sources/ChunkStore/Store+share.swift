public import Chunking

extension Store {
    /// Gives `receiver` what `giver` has under `digests`, without moving bytes. All or nothing, but that the chunks of
    /// many or large blobs become the receiver's in parts, before the blobs do; durable.
    /// - Throws: `missingContent` when the giver lacks one; `diskFull`, `poisoned`, `io`, `closed`.
    public func share(_ digests: [Digest], from giver: ProjectID, with receiver: ProjectID) throws(StoreError) {
        var gifts: [Gift] = []
        for digest in digests {
            guard let row = try row(of: digest, in: giver), let recipe = try recipe(of: digest, row, in: giver) else {
                throw StoreError(.missingContent, "blob \(digest) is not there to be shared; store it first")
            }
            gifts.append(Gift(recipe: recipe, row: row))
        }
        let all = gifts
        try use { core throws(StoreError) in
            let ids = all.flatMap(\.ids)
            let isLarge = ids.count > core.options.pendingChunksMaximum
            if isLarge { try core.join(ids, to: receiver) }
            let weight = min(ids.count, core.options.pendingChunksMaximum)
            try core.writer.perform(weight: weight) { batch throws(StoreError) in
                for gift in all { try batch.check(gift, of: giver, isJoined: isLarge, receiver) }
                for gift in all { try batch.give(gift, to: receiver, isJoined: isLarge) }
            }
        }
    }

    fileprivate struct Gift: Sendable {
        let recipe: Recipe
        let row: BlobRow

        var ids: [Digest] { (recipe.headers + recipe.payload).map(\.id) }
    }
}

extension WriteBatch {
    fileprivate func check(
        _ gift: Store.Gift, of giver: ProjectID, isJoined: Bool, _ receiver: ProjectID
    ) throws(StoreError) {
        guard try transaction.blob(gift.recipe.digest, in: giver) == gift.row else {
            throw StoreError(.missingContent, "blob \(gift.recipe.digest) is not there any more; store it first")
        }
        for id in gift.ids { try require(id, of: receiver, membership: isJoined) }
    }

    fileprivate mutating func give(
        _ gift: Store.Gift, to receiver: ProjectID, isJoined: Bool
    ) throws(StoreError) {
        guard try transaction.blob(gift.recipe.digest, in: receiver) == nil else { return }
        // A recipe of its own, so that what the receiver has does not hang on what the giver keeps.
        let encoded = gift.recipe.encoded()
        let location = try append(.blob, project: receiver) { $0.append(contentsOf: encoded) }
        if !isJoined {
            for id in gift.ids { try addMember(id, of: receiver) }
        }
        let row = BlobRow(size: gift.row.size, recipe: location, entries: gift.row.entries)
        try addBlob(gift.recipe.digest, row, in: receiver)
    }
}
