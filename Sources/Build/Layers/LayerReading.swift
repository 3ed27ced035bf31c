internal import Chunking

/// Makes files out of the rows and bytes of a layer's tar.
protocol LayerReceiver: ~Copyable {
    /// Takes the next row.
    mutating func begin(_ entry: Entry) throws
    /// Takes the next bytes of the file whose row came last.
    mutating func write(_ bytes: RawSpan) throws
}

/// Reads the tar of a layer once, for those who make files of it and for the look at what it is.
enum LayerReading {
    /// What a layer came to.
    struct Result {
        /// The SHA-256 of its bytes.
        let digest: Digest
        /// Its table of contents; `nil` when it is no tar that can be unpacked for sure.
        let entries: EntryTable?
        /// The chunks of its payload, in order.
        let payload: [ChunkReference]
    }

    /// Reads all of `source`. With a recipe nothing is cut and named again.
    /// - Returns: `nil` when the recipe says too little: then the layer is to be read without it.
    /// - Throws: `invalidInput` when a name leads out of the layer; what `source` and `receiver` throw.
    static func run(
        _ source: LayerSource, recipe: Recipe?, to receiver: inout (some LayerReceiver & ~Copyable)
    ) throws -> Result? {
        guard let recipe else { return try run(source, to: &receiver) }
        var reader = RecipeReader(recipe)
        try source { bytes in
            try reader.update(
                bytes, onEntry: { row in try receiver.begin(row) }, onContent: { part in try receiver.write(part) })
        }
        try check(reader.hasClimbingNames)
        let result = reader.finish()
        return result.isCutAlike ? Result(digest: result.digest, entries: result.entries, payload: recipe.payload) : nil
    }

    /// Reads all of `source` for the receiver alone: what it is somebody else finds out.
    /// - Returns: whether it is a tar that can be unpacked for sure.
    /// - Throws: `invalidInput` when a name leads out of the layer; what `source` and `receiver` throw.
    static func hand(_ source: LayerSource, to receiver: inout (some LayerReceiver & ~Copyable)) throws -> Bool {
        var reader = TarReader()
        try source { bytes in
            try reader.update(
                bytes, onEntry: { row in try receiver.begin(row) }, onContent: { part in try receiver.write(part) })
        }
        try check(reader.hasClimbingNames)
        return reader.finish()
    }

    private static func run(
        _ source: LayerSource, to receiver: inout (some LayerReceiver & ~Copyable)
    ) throws -> Result {
        var reader = TarReader()
        var splitter = LayerSplitter()
        try source { bytes in
            splitter.update(bytes) { _, _ in }
            try reader.update(
                bytes, onEntry: { row in try receiver.begin(row) }, onContent: { part in try receiver.write(part) })
        }
        try check(reader.hasClimbingNames)
        let result = splitter.finish { _, _ in }
        return Result(digest: result.recipe.digest, entries: result.entries, payload: result.recipe.payload)
    }

    private static func check(_ hasClimbingNames: Bool) throws(BuildError) {
        guard !hasClimbingNames else {
            throw BuildError(
                .invalidInput, "the layer has an entry whose name leads out of it (../…): nobody should use this image")
        }
    }
}
