import ArgumentParser
import Build
import CacheAPI
import OCI
import SystemPackage

/// Gives images that are on the server alone to docker.
struct ShimLoad: Sendable {
    let shim: DockerShim
    let docker: RealDocker

    /// Loads `images`, each once under all of its names; gives whether docker has them all.
    func run(_ images: [ShimImage]) async -> Bool {
        for image in Dictionary(grouping: images, by: \.image).values.sorted(by: { $0[0].name < $1[0].name }) {
            do {
                try await load(image)
            } catch {
                DockerShim.say("\(image[0].given) cannot be given to docker: \(error)")
                return false
            }
        }
        return true
    }

    private func load(_ images: [ShimImage]) async throws {
        let server = try Self.connection(for: images[0], in: shim.surroundings)
        let names = try images.map { image in
            var name = try ImageReference(image.given)
            name.tag = name.tag ?? .latest
            return name
        }
        let display = ProgressForm.plain.display(environment: shim.surroundings.environment)
        let load = EngineLoad(try ImageReference(images[0].image), as: names, into: docker.program)
        do {
            try await load.run(on: server, events: display)
        } catch {
            await server.shutdown()
            throw error
        }
        await display.finish()
        await server.shutdown()
        shim.file.update { $0.loaded(images) }
    }

    /// The server that has an image.
    static func connection(for image: ShimImage, in surroundings: Surroundings) throws -> ServerConnection {
        let flags = try ConnectionFlags.parse([])
        let address = try ServerAddress(image.server)
        return ServerConnection(
            to: address, project: ProjectName(image.project) ?? .default,
            token: flags.token(in: surroundings, for: address), network: try flags.network(in: surroundings),
            trace: surroundings.trace)
    }
}
