import Chunking
import Compression
import TestSupport

@testable import ChunkStore

// Storing blobs.
extension ModelRun {
    func storeBlob() throws {
        let (project, sample) = (projectNumber(), samples.any(&random))
        note("store \(sample.digest.short) (\(sample.bytes.count) bytes) in \(project)")
        if chance(12) {
            let wrong = Digest(hashing: [1, 2, 3])
            let code = errorCode { try store.store(sample.bytes, in: projects[project], expecting: wrong) }
            return try demand(code == .invalidContent, "a blob with a wrong digest gave \(String(describing: code))")
        }
        try store.store(sample.bytes, in: projects[project], expecting: sample.digest)
        didStore(sample, project)
        if chance(2) { try notePredecessor(of: sample, project) }
        try check(sample, project)
    }

    /// Lets packing look for what resembles a layer in one that has a file of the same name.
    private func notePredecessor(of sample: Sample, _ project: Int) throws {
        let paths = Set(sample.entries?.entries.map(\.path) ?? [])
        let older = samples.all.first { other in
            other.digest != sample.digest && has(project, other.digest)
                && other.entries?.entries.contains { paths.contains($0.path) } == true
        }
        guard let older else { return }
        try store.notePredecessors([older.digest], of: sample.digest, in: projects[project])
    }

    func didStore(_ sample: Sample, _ project: Int) {
        touch(project, sample.digest)
        world.blobs.insert(World.BlobName(project: project, digest: sample.digest))
    }

    func beginUpload() throws {
        let (project, sample) = (projectNumber(), samples.any(&random))
        var writer = store.beginBlob(in: projects[project])
        let part = Int.random(in: 0...sample.bytes.count, using: &random)
        note("begin upload of \(sample.digest.short) to \(project): \(part) of \(sample.bytes.count) bytes")
        let first = Array(sample.bytes.prefix(part))
        try unsafe writer.write(first.span.bytes)
        uploadEnded = clock.now
        upload = OpenUpload(project: project, sample: sample, begun: clock.now, written: part, writer: writer)
    }

    func endUpload() throws {
        guard var open = upload.take() else { return }
        uploadEnded = clock.now
        note("end upload of \(open.sample.digest.short) to \(open.project)")
        let (project, sample, begun) = (open.project, open.sample, open.begun)
        let rest = Array(sample.bytes.dropFirst(open.written))
        var written: Result<Void, StoreError> = .success(())
        do throws(StoreError) {
            try unsafe open.writer.write(rest.span.bytes)
            _ = try open.writer.commit(expecting: sample.digest)
        } catch {
            written = .failure(error)
        }
        if case .failure(let error) = written {
            throw ProofFailure("an upload that went on for \(clock.now - begun) s failed: \(error)")
        }
        didStore(sample, project)
        try check(sample, project)
    }

    /// Whether a lease taken at `begun` may be over.
    func isOver(_ begun: UInt64) -> Bool { clock.now >= begun + plan.promisedLease }

    func uploadFrames() throws {
        let (project, sample) = (projectNumber(), samples.any(&random))
        note("upload frames of \(sample.digest.short) to \(project)")
        let ids = sample.chunkIDs
        var missing = try store.missingChunks(ids, in: projects[project]).map { ids[$0] }
        if has(project, sample.digest) {
            try demand(missing.isEmpty, "chunks of a blob that is there are missing")
        }
        if chance(5) { missing = ids }
        let chunks = sample.parts.chunks
        let codec = [Codec.zstd, .lz4, .stored][Int.random(in: 0..<3, using: &random)]
        let target = [10_000, 100_000][Int.random(in: 0..<2, using: &random)]
        try store.upload(
            try frames(Set(missing).sorted().compactMap { chunks[$0] }, codec: codec, target: target),
            to: projects[project])
        let left = try store.missingChunks(ids, in: projects[project])
        try demand(left.isEmpty, "\(left.count) chunks that were just uploaded are missing")
        world.uploads[World.BlobName(project: project, digest: sample.digest)] = clock.now
    }

    /// Commits a blob whose chunks were uploaded as frames, at once or a while ago.
    func commitRecipe() throws {
        guard
            let (name, uploaded) = world.uploads.min(by: {
                ($0.key.digest, $0.key.project) < ($1.key.digest, $1.key.project)
            })
        else { return }
        world.uploads[name] = nil
        guard let sample = samples.sample(name.digest) else { return }
        note("commit recipe \(name.digest.short) in \(name.project)")
        touch(name.project, name.digest)
        let code = errorCode { _ = try store.commitBlob(sample.recipe, in: projects[name.project]) }
        if code == .missingContent, isOver(uploaded) { return }
        try demand(code == nil, "a blob of chunks just uploaded gave \(String(describing: code))")
        didStore(sample, name.project)
        try check(sample, name.project)
    }

    func share() throws {
        let (giver, receiver) = (projectNumber(), projectNumber())
        let wanted = (0..<Int.random(in: 1...3, using: &random)).map { _ in samples.any(&random) }
        let isThere = wanted.allSatisfy { has(giver, $0.digest) }
        note("share \(wanted.map(\.digest.short)) of \(giver) with \(receiver)")
        let code = errorCode {
            try store.share(wanted.map(\.digest), from: projects[giver], with: projects[receiver])
        }
        for sample in wanted {
            touch(giver, sample.digest)
            // The first that is not there ends it.
            if !has(giver, sample.digest) { break }
        }
        guard isThere else {
            return try demand(code == .missingContent, "what was not there was shared: \(String(describing: code))")
        }
        try demand(code == nil, "sharing failed: \(String(describing: code))")
        for sample in wanted {
            didStore(sample, receiver)
            try check(sample, receiver)
        }
    }
}

// Reading blobs.
extension ModelRun {
    func readBlob() throws {
        try check(samples.any(&random), projectNumber())
    }

    /// Asks for a blob in one of several ways.
    func check(_ sample: Sample, _ project: Int) throws {
        let (digest, id) = (sample.digest, projects[project])
        touch(project, digest)
        guard has(project, digest) else {
            return try demand(
                try store.blob(digest, in: id) == nil && store.contents(of: digest, in: id) == nil,
                "blob \(digest.short), which project \(project) does not have, is there")
        }
        let info = try store.blob(digest, in: id)
        try demand(info?.size == UInt64(sample.bytes.count), "blob \(digest.short) of project \(project) is gone")
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let end = Int.random(in: 0...sample.bytes.count, using: &random)
            let start = Int.random(in: 0...end, using: &random)
            let read = try store.contents(of: digest, range: UInt64(start)..<UInt64(end), in: id)
            try demand(read == Array(sample.bytes[start..<end]), "a range of blob \(digest.short) is wrong")
        case 1:
            try demand(try store.recipe(of: digest, in: id) == sample.recipe, "a recipe is wrong")
            try checkFiles(sample, id)
        default:
            try demand(try store.contents(of: digest, in: id) == sample.bytes, "blob \(digest.short) is wrong")
        }
    }

    private func checkFiles(_ sample: Sample, _ id: ProjectID) throws {
        try demand(try store.entries(of: sample.digest, in: id) == sample.entries, "an entry table is wrong")
        for entry in sample.entries?.entries ?? [] where entry.kind == .file {
            let read = try store.contents(of: entry, in: sample.digest, of: id)
            let start = Int(entry.payloadOffset)
            let expected = Array(sample.payload[start..<(start + Int(entry.size))])
            try demand(read == expected, "file \(entry.path) is wrong")
        }
    }

    func fetchFrames() throws {
        let (project, sample) = (projectNumber(), samples.any(&random))
        guard has(project, sample.digest) else { return }
        var wanted = Set(sample.chunkIDs)
        var reader = try store.frames(holding: Array(wanted), in: projects[project])
        var decoder = FrameDecoder()
        while let frame = try reader.next() {
            let bytes = try decoder.decode(frame, verify: true) { [UInt8](copying: $0) }
            var offset = 0
            for chunk in frame.chunks {
                let part = Array(bytes[offset..<(offset + Int(chunk.length))])
                try demand(Digest(hashing: part) == chunk.id, "a frame holds a wrong chunk")
                wanted.remove(chunk.id)
                offset += Int(chunk.length)
            }
        }
        try demand(wanted.isEmpty, "\(wanted.count) chunks did not come")
    }
}

extension Samples {
    /// The sample with this digest, if it is still known.
    func sample(_ digest: Digest) -> Sample? { all.first { $0.digest == digest } }
}
