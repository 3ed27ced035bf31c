internal import Attestation
internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import OCI

/// Makes what a build attaches to its images, and attaches it. What an image has already is left as it is: an image that was
/// built again unchanged was made when it was first attested to.
struct ImageAttestations: Sendable {
    /// An image that the server has.
    struct Image: Sendable {
        let manifest: AssembleAnswer.Image
        let chain: [Digest]
        let platform: String
        /// The stage that it is.
        let stage: Int
    }

    let request: BuildRequest
    let prepared: PreparedBuild
    let scan: PackageScan
    /// When the build began. Seconds since 1970.
    let began: Int64

    /// Attaches what was asked for to each of `images`, in each repository that the image has a name in.
    /// - Parameter steps: what became of the steps.
    /// - Throws: `server` when it cannot be attached; `corrupt`, `notPermitted`, `io` when the image cannot be read.
    func attach(
        to images: [Image], on server: ServerConnection, steps: [StepReport], _ progress: ProgressLog
    ) async throws {
        let kinds = Attestation.allCases.filter { request.attestations.contains($0) }
        var repositories: [RepositoryName] = []
        for tag in request.tags where !repositories.contains(tag.repository) { repositories.append(tag.repository) }
        for kind in kinds {
            let title = kind == .sbom ? "list the packages of the image" : "state how the image was made"
            try await progress.run(title) { task in
                for image in images {
                    for repository in repositories {
                        let target = Attachments(server: server, repository: repository)
                        if try await target.has(kind.type, of: image.manifest.digest) {
                            task.status("the image has that already")
                            continue
                        }
                        let now = Timestamp.text(seconds: Clock.seconds())
                        let document = try await document(kind, image, repository, steps, now, task, progress)
                        try await target.attach(document, to: image.descriptor, created: now)
                    }
                }
            }
        }
    }

    private func document(
        _ kind: Attestation, _ image: Image, _ repository: RepositoryName, _ steps: [StepReport], _ now: String,
        _ task: ProgressTask, _ progress: ProgressLog
    ) async throws -> Attachments.Document {
        switch kind {
        case .sbom:
            let found = try await scan.scan(image.chain)
            for complaint in found.complaints {
                progress.warn("Packages are missing in the list of packages: \(complaint).")
            }
            let list = PackageList(
                found.packages, in: found.distribution, name: repository.description, image: image.manifest.digest,
                created: now, tool: "larder-\(request.version)")
            task.status("\(Set(found.packages).count) packages")
            return Attachments.Document(type: kind.type, bytes: try JSONDocument.encode(list))
        case .provenance:
            let statement = ProvenanceStatement(
                name: repository.description, image: image.manifest.digest, parameters: parameters(image.platform),
                dependencies: dependencies(of: image.stage), steps: steps.map(Self.resource), builder: request.writer,
                version: request.version, times: (Timestamp.text(seconds: began), now))
            return Attachments.Document(
                type: kind.type, predicate: ProvenanceStatement.predicate, bytes: try JSONDocument.encode(statement))
        }
    }

    private func parameters(_ platform: String) -> ProvenanceStatement.Parameters {
        ProvenanceStatement.Parameters(
            dockerfile: request.dockerfileTitle, target: request.options.target, platform: platform,
            buildArguments: request.options.buildArguments.keys.sorted())
    }

    /// The images that a stage is made from, or that stages are made from which it uses.
    private func dependencies(of target: Int) -> [ProvenanceStatement.Resource] {
        var stages: Set<Int> = []
        var waiting = [target]
        var resources: [ProvenanceStatement.Resource] = []
        while let number = waiting.popLast() {
            guard stages.insert(number).inserted else { continue }
            let stage = prepared.plan.stages[number]
            switch stage.base {
            case .scratch: break
            case .stage(let other): waiting.append(other)
            case .image(let name, _):
                if let image = prepared.bases[number] { resources.append(Self.resource(name, image)) }
            }
            for source in stage.steps.flatMap(\.operation.sources) {
                switch source {
                case .context, .directory: break
                case .stage(let other): waiting.append(other)
                case .image(let name, let platform):
                    let image = prepared.images[Dockerfile.ImageRequest(name: name, platform: platform)]
                    if let image { resources.append(Self.resource(name, image)) }
                }
            }
        }
        var seen: Set<String> = []
        return resources.filter { seen.insert("\($0.name ?? "") \($0.digest ?? [:])").inserted }
            .sorted { ($0.name ?? "") < ($1.name ?? "") }
    }

    private static func resource(_ name: String, _ image: BaseImages.Image) -> ProvenanceStatement.Resource {
        ProvenanceStatement.Resource(
            name: name, digest: ["sha256": image.digest.hex], annotations: ["platform": image.platform])
    }

    private static func resource(_ step: StepReport) -> ProvenanceStatement.Resource {
        var notes = ["stage": step.stage, "verdict": step.verdict.rawValue]
        if let key = step.key { notes["stepKey"] = "\(key)" }
        if step.line > 0 { notes["line"] = "\(step.line)" }
        return ProvenanceStatement.Resource(name: step.instruction, annotations: notes)
    }
}

extension Attestation {
    /// The artifact type under which registries list it.
    var type: String {
        switch self {
        case .sbom: PackageList.mediaType
        case .provenance: ProvenanceStatement.mediaType
        }
    }
}

extension ImageAttestations.Image {
    fileprivate var descriptor: Descriptor {
        Descriptor(mediaType: MediaType.manifest, digest: manifest.digest, size: Int64(manifest.size))
    }
}
