import CacheAPI
import OCI

extension RegistryEvent {
    /// What is told of a manifest that was pushed or made: that it is here, and where each tag is now. Nothing of a cache of
    /// BuildKit, which is no image and changes with every build.
    /// - Parameters:
    ///   - before: where each tag pointed.
    static func pushed(
        _ outline: ManifestOutline, _ digest: OCIDigest, size: Int, to repository: RepositoryName,
        of owner: ProjectName,
        tags: [TagName], before: [TagName: OCIDigest], by author: RecordAuthor?
    ) -> [RegistryEvent] {
        guard !outline.isBuildCache else { return [] }
        var pushed = RegistryEvent(
            .manifestPushed, project: owner.description, subject: "\(repository)@\(digest)")
        pushed.contents.repository = repository.description
        pushed.contents.digest = digest.description
        (pushed.contents.mediaType, pushed.contents.artifactType) = (outline.mediaType, outline.artifactType)
        pushed.contents.size = size
        pushed.contents.about = outline.subject?.digest.description
        pushed.contents.tags = tags.isEmpty ? nil : tags.map(\.description)
        (pushed.contents.identity, pushed.contents.job) = (author?.identity, author?.job)
        return [pushed]
            + tags.map { tag in
                set(tag, to: digest, mediaType: outline.mediaType, before: before[tag], in: repository, by: author)
            }
    }

    /// What is told of a tag that was put somewhere.
    /// - Parameter before: where it pointed.
    static func set(
        _ tag: TagName, to digest: OCIDigest, mediaType: String, before: OCIDigest?, in repository: RepositoryName,
        by author: RecordAuthor?
    ) -> RegistryEvent {
        var set = RegistryEvent(
            .tagSet, project: ProjectName(owning: repository.description)?.description,
            subject: "\(repository):\(tag)")
        (set.contents.repository, set.contents.tag) = (repository.description, tag.description)
        (set.contents.digest, set.contents.mediaType) = (digest.description, mediaType)
        set.contents.change = before.map { $0 == digest ? .unchanged : .moved } ?? .created
        set.contents.previous = before.flatMap { $0 == digest ? nil : $0.description }
        (set.contents.identity, set.contents.job) = (author?.identity, author?.job)
        return set
    }

    /// What is told of a verdict.
    static func judged(
        _ manifest: StoredManifest, _ verdict: ScanVerdict, _ entry: QuarantineEntry
    ) -> RegistryEvent {
        let repository = entry.key.repository
        var event = RegistryEvent(
            .scanJudged, project: ProjectName(owning: repository)?.description, subject: "\(entry.key)")
        (event.contents.repository, event.contents.digest) = (repository, entry.key.digest)
        event.contents.mediaType = manifest.mediaType
        event.contents.tags = entry.tags.isEmpty ? nil : entry.tags
        (event.contents.verdict, event.contents.explanation) = (verdict.verdict, verdict.summary)
        (event.contents.scanner, event.contents.findings) = (verdict.scanner, verdict.findings)
        (event.contents.identity, event.contents.job) = (entry.author?.identity, entry.author?.job)
        return event
    }

    /// What is told of what a client deleted.
    /// - Parameter tags: those that went with a manifest.
    static func deleted(
        _ reference: ManifestReference, from repository: RepositoryName, of owner: ProjectName, tags: [TagName],
        by author: RecordAuthor?
    ) -> [RegistryEvent] {
        func event(_ kind: Kind, _ subject: String) -> RegistryEvent {
            var event = RegistryEvent(kind, project: owner.description, subject: subject)
            (event.contents.repository, event.contents.reason) = (repository.description, .deleted)
            (event.contents.identity, event.contents.job) = (author?.identity, author?.job)
            return event
        }
        func removed(_ tag: TagName) -> RegistryEvent {
            var event = event(.tagRemoved, "\(repository):\(tag)")
            event.contents.tag = tag.description
            return event
        }
        switch reference {
        case .tag(let tag): return [removed(tag)]
        case .digest(let digest):
            var event = event(.manifestRemoved, "\(repository)@\(digest)")
            event.contents.digest = digest.description
            event.contents.tags = tags.isEmpty ? nil : tags.map(\.description)
            return tags.map(removed) + [event]
        }
    }
}
