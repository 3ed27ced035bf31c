internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import OCI

/// What is attached to the image.
extension BuildSession {
    /// Attaches what was asked for to the image on the server.
    func attest(_ images: [ImageExport.Image], _ answer: AssembleAnswer?) async throws {
        if request.attestations.isEmpty { return }
        guard let answer, let server = link.writing else {
            progress.warn("Nothing is attached to the image: it is not on the server.")
            return
        }
        let attested = zip(images, zip(answer.images, prepared.plan.targets)).map { image, place in
            ImageAttestations.Image(
                manifest: place.0, chain: image.layers, platform: place.1.platform, stage: place.1.stage)
        }
        let attestations = ImageAttestations(
            request: request, prepared: prepared, scan: PackageScan(restorer: restorer), began: began)
        try await attestations.attach(to: attested, on: server, steps: await reports().map(\.report), progress)
    }

    /// What this build attached, or an earlier one that made the same image, when that is to be pushed with it.
    func referrers(to answer: AssembleAnswer?, _ outputs: [ImageOutput]) async throws -> ImageReferrers? {
        guard !request.attestations.isEmpty, outputs.contains(.push), let answer, let tag = request.tags.first,
            let server = link.reading
        else { return nil }
        let subjects = [answer.digest] + answer.images.map(\.digest).filter { $0 != answer.digest }
        return try await ImageReferrers(of: subjects, in: tag.repository, on: server)
    }
}
