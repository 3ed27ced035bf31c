import Build
import OCI
import SystemPackage

/// `docker push` of an image that is on the server: it goes from there, without docker.
struct ShimPush: Sendable {
    let shim: DockerShim
    /// What follows `push`.
    let words: [String]

    func run() async -> Int32 {
        var isQuiet = false
        var names: [String] = []
        for word in words {
            switch word {
            case "-q", "--quiet": isQuiet = true
            case let word where word.hasPrefix("--disable-content-trust"): break
            case let word where word.hasPrefix("-"): return await passAll()
            default: names.append(word)
            }
        }
        let state = shim.file.read()
        guard names.count == 1, let image = state.image(names[0]) else { return await passAll() }
        return await push(image, as: names[0], isQuiet: isQuiet)
    }

    /// With all that may be meant, as `--all-tags` does not name it.
    private func passAll() async -> Int32 {
        await shim.pass(shim.arguments, needing: shim.file.read().images(sharingRepositoryWith: words))
    }

    /// Pushes an image under a name; when that fails docker tries.
    func push(_ image: ShimImage, as name: String, isQuiet: Bool) async -> Int32 {
        let display = (isQuiet ? ProgressForm.quiet : .plain).display(environment: shim.surroundings.environment)
        let pushed: (digest: String, byteCount: Int)
        guard let destination = DockerName.reference(name) else { return shim.pass(shim.arguments) }
        do {
            let server = try ShimLoad.connection(for: image, in: shim.surroundings)
            defer { Task { await server.shutdown() } }
            let copy = ImageCopy(
                name: try ImageReference(image.image), destinations: [destination],
                compression: try compression(for: destination, of: image),
                temporaryDirectory: FilePath(shim.surroundings.value("TMPDIR") ?? "/var/tmp"))
            pushed = try await copy.copied(on: server, events: display)
        } catch {
            await display.finish()
            guard shim.docker != nil else {
                DockerShim.say("\(name) cannot be pushed: \(error)")
                return 1
            }
            DockerShim.say("docker pushes \(name), because larder cannot: \(error)")
            return await shim.pass(
                ["push"] + (isQuiet ? ["--quiet"] : []) + [name], needing: shim.file.read().images(in: [name]))
        }
        await display.finish()
        report(destination, pushed, isQuiet: isQuiet)
        return 0
    }

    /// As docker does it, so that scripts find the digest.
    private func report(_ name: ImageReference, _ pushed: (digest: String, byteCount: Int), isQuiet: Bool) {
        if isQuiet {
            DockerShim.print(name.description)
        } else {
            var repository = name
            repository.tag = nil
            DockerShim.print("The push refers to repository [\(repository)]")
            DockerShim.print("\(name.tag ?? .latest): digest: \(pushed.digest) size: \(pushed.byteCount)")
        }
    }

    /// As docker pushes, compressed with gzip, but not to the server that has the image; `LARDER_SHIM_COMPRESSION` chooses.
    private func compression(for name: ImageReference, of image: ShimImage) throws -> LayerCompression? {
        if name.host?.description == (try ServerAddress(image.server)).registryHost { return nil }
        let text = shim.surroundings.value("LARDER_SHIM_COMPRESSION") ?? "gzip"
        guard let format = LayerFormat(rawValue: text) else {
            throw BuildError(.invalidInput, "LARDER_SHIM_COMPRESSION is uncompressed, gzip or zstd, not '\(text)'")
        }
        return format == .uncompressed ? nil : try LayerCompression(format)
    }
}
