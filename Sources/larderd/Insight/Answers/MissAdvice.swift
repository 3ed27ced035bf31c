import CacheAPI

/// What would make a step miss less often, in words: from why it mostly does.
enum MissAdvice {
    /// The advice for a step; `nil` when there is none.
    static func text(for step: MissesAnswer.Step) -> String? {
        let own = step.causes.filter { MissCause(rawValue: $0.key)?.isOwn ?? false }
        guard let main = own.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            let cause = MissCause(rawValue: main.key), step.builds > 1 || cause == .evicted || cause == .scope
        else { return nil }
        let often = "in \(main.value) of \(step.builds) builds"
        switch cause {
        case .files: return files(step, often)
        case .variables:
            let names = names(step, "a variable")
            return
                "\(names) changed \(often). Declare it with ARG or ENV below the steps that do not need it; the number "
                + "of a build, a commit or a date belongs into a LABEL, which makes nothing run again."
        case .command:
            return
                "The instruction itself was another one \(often). Keep versions, dates and commits out of its text, or "
                + "set them in an ARG just above the step that needs them."
        case .base:
            return "The base image was another one \(often). Name it with its digest, and move that on purpose, for "
                + "instance once a week."
        case .image: return "What is copied from elsewhere was another one \(often). Name it with its digest."
        case .settings:
            return
                "\(names(step, "A setting")) of the step was another one \(often): user, directory, network or mounts."
        case .evicted:
            return
                "The server had it and no longer has \(often). Raise --quota, --project-quota or --max-age: what was "
                + "not used for longest goes first."
        case .scope:
            return "It is recorded only in scopes that these builds do not read \(often). Let them read more with "
                + "--cache-from, or have the server trust the scope with --promote-from."
        case .asked: return "--no-cache, --no-cache-filter or --cache-max-age asked for it \(often)."
        case .unsigned: return "Its record is signed by no key that these builds trust \(often): have the runners sign."
        case .new where main.value > 2:
            return "Nothing like it was recorded before \(often): the name of its stage or of the image is another one "
                + "each time, or what it was recorded with was evicted."
        case .new, .parent, .inputs, .unknown: return nil
        }
    }

    private static func files(_ step: MissesAnswer.Step, _ often: String) -> String {
        let names = names(step, "Its files")
        guard let dearest = step.dearest, step.causedSeconds > 0 else {
            return "\(names) changed \(often). Copy only what is needed, and list the rest in .dockerignore."
        }
        return
            "\(names) changed \(often), and each time what is below is run again, longest “\(dearest)”. Copy only what "
            + "that needs before it, as the list of dependencies, and move this COPY below it."
    }

    /// What changes most often, else `otherwise`.
    private static func names(_ step: MissesAnswer.Step, _ otherwise: String) -> String {
        let names = step.changed.prefix(3).map(\.name)
        return names.isEmpty ? otherwise : names.joined(separator: ", ")
    }
}
