extension Store {
    private static let nameBytesMaximum = 128

    /// The project called `name`; `nil` when nothing was ever stored in it.
    public func project(named name: String) throws(StoreError) -> ProjectID? {
        try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in try transaction.projectNumber(Array(name.utf8)) }
        }
    }

    /// The project called `name`, made durable now when it is new. Names have 1 to 128 bytes.
    /// - Throws: `invalidName`, `diskFull`, `poisoned`, `io`.
    public func makeProject(named name: String) throws(StoreError) -> ProjectID {
        let bytes = Array(name.utf8)
        guard (1...Self.nameBytesMaximum).contains(bytes.count) else {
            throw StoreError(
                .invalidName,
                "a project's name has 1 to \(Self.nameBytesMaximum) bytes, this one \(bytes.count); choose another")
        }
        if let known = try project(named: name) { return known }
        return try use { core throws(StoreError) in
            try core.writer.perform { batch throws(StoreError) in
                if let known = try batch.transaction.projectNumber(bytes) { return known }
                let project = ProjectID(number: batch.next.project)
                let location = try batch.append(.project, project: project) { $0.append(contentsOf: bytes) }
                try batch.name(project, bytes)
                batch.didRefer(to: location)
                batch.next.project += 1
                return project
            }
        }
    }

    /// All projects and their names, in the order in which they were made.
    public func projects() throws(StoreError) -> [(name: String, id: ProjectID)] {
        try use { core throws(StoreError) in
            try core.index.read { transaction throws(StoreError) in try transaction.projects() }
        }
    }
}
