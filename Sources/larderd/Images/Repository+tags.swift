import ChunkStore
import Chunking
import OCI

extension Repository {
    /// The digest that `tag` points at; `nil` when there is no such tag.
    func digest(taggedAs tag: TagName) throws(StoreError) -> OCIDigest? {
        try store.record(in: .tag, key: key(tag), project: project).flatMap { TagTarget(decoding: $0)?.digest }
    }

    /// The tags after `last` in byte order, at most `limit`.
    func tags(after last: String?, limit: Int) throws(StoreError) -> [String] {
        let prefix = key([])
        let keys = try store.keys(
            in: .tag, prefix: prefix, after: last.map { prefix + Array($0.utf8) }, limit: limit, project: project)
        return keys.map { String(decoding: rest(of: $0), as: UTF8.self) }
    }

    /// The tags that point at `manifest`, of which there are at most `count`. O(tags of the repository), unless all of them
    /// are among `likely`.
    func tags(of manifest: OCIDigest, count: Int, likely: Set<TagName>) throws(StoreError) -> [TagName] {
        var found: [TagName] = []
        for tag in likely where try digest(taggedAs: tag) == manifest { found.append(tag) }
        if found.count >= count { return found }
        found.removeAll()
        var last: String?
        while true {
            let page = try tags(after: last, limit: 1_000)
            for text in page {
                guard let tag = try? TagName(text), try digest(taggedAs: tag) == manifest else { continue }
                found.append(tag)
            }
            guard let end = page.last else { return found }
            last = end
        }
    }

    /// Deletes a tag.
    /// - Returns: whether there was one.
    /// - Throws: ``RegistryFailure`` `denied` when it may not be deleted.
    func delete(_ tag: TagName, rules: TagRules) throws -> Bool {
        guard !rules.isImmutable(tag.description, in: name.description) else {
            if try digest(taggedAs: tag) == nil { return false }
            throw Self.immutable(tag, in: name)
        }
        return try store.delete(in: .tag, key: key(tag), project: project)
    }

    /// Makes sure that `tag` may point at `digest`.
    /// - Throws: ``RegistryFailure`` `denied`.
    func checkMove(of tag: TagName, to digest: OCIDigest, _ rules: TagRules) throws {
        guard rules.isImmutable(tag.description, in: name.description) else { return }
        if let present = try self.digest(taggedAs: tag), present != digest { throw Self.immutable(tag, in: name) }
    }

    /// Lets `tag` point at `digest`, whose manifest is there, and keep what is noted about the tag.
    /// - Throws: ``RegistryFailure`` `denied`.
    func move(_ tag: TagName, to digest: OCIDigest, _ rules: TagRules, with notes: [Reference] = []) throws {
        let isImmutable = rules.isImmutable(tag.description, in: name.description)
        let target = TagTarget(digest: digest, pushed: try store.now, author: author)
        _ = try store.put(
            target.encoded(), in: .tag, key: key(tag), project: project,
            policy: isImmutable ? .keepFirst : .replace, references: [.record(.manifest, key(digest))] + notes)
        // Another client may have come first since it was looked at.
        if isImmutable { try checkMove(of: tag, to: digest, rules) }
    }

    static func immutable(_ tag: TagName, in name: RepositoryName) -> RegistryFailure {
        RegistryFailure(
            .denied, "the tag \(tag) of \(name) is immutable on this server: it stays where it is; use another tag")
    }
}
