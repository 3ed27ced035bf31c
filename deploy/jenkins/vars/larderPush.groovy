/**
 * Copies an image that {@code larderBuild} made to other registries, by its digest. Within {@code withLarder}.
 *
 *     def pushed = larderPush(api, to: 'registry.example.com/shop/api', credentials: 'registry-login')
 *
 * to           repositories, or with tags; one or a list. Without a tag they get the unique one of the build
 * tags         more tags there, which may move, as in ['latest']
 * credentials  id of a "Username with password" for the registry; known to this push alone, and to nothing that comes after
 * compression  'zstd' or 'gzip' for what is sent
 * attempts     how often it is tried; default 3
 *
 * Gives a map: digest, and references, each repository with the digest: what to deploy.
 */
def call(Map settings, Map built) {
    if (!built.digest) {
        error("larderPush: the server does not have ${built.image}: it was out of reach when it was built")
    }
    def repositories = [settings.to].flatten()
    if (!repositories || !repositories.every()) {
        error("larderPush: nothing says where to: larderPush(image, to: 'registry.example.com/${built.image}')")
    }
    def words = ['larder', 'push', '--quiet']
    if (settings.compression) { words << '--compression' << settings.compression }
    words << "${built.image}@${built.digest}".toString()
    for (repository in repositories) {
        boolean hasTag = repository.lastIndexOf(':') > repository.lastIndexOf('/')
        words << (hasTag ? repository : "${repository}:${built.tag}").toString()
        for (tag in (settings.tags ?: [])) {
            words << "${hasTag ? repository.substring(0, repository.lastIndexOf(':')) : repository}:${tag}".toString()
        }
    }
    String push = words.collect { quoted(it) }.join(' ')
    String digest = null
    if (settings.credentials) {
        def bindings = [usernamePassword(
            credentialsId: settings.credentials, usernameVariable: 'LARDER_PUSH_USER',
            passwordVariable: 'LARDER_PUSH_PASSWORD')]
        def hosts = repositories.collect { it.tokenize('/')[0] }.unique()
        withCredentials(bindings) { digest = attempted(settings, loggedIn(hosts, push)) }
    } else {
        digest = attempted(settings, "#!/bin/sh -eu\n${push}\n")
    }
    def names = repositories.collect { it.lastIndexOf(':') > it.lastIndexOf('/') ? it.substring(0, it.lastIndexOf(':')) : it }
    return [digest: digest, references: names.unique().collect { "${it}@${digest}".toString() }]
}

private String attempted(Map settings, String script) {
    String digest = null
    retry(settings.attempts ?: 3) {
        digest = sh(label: 'larder push', returnStdout: true, script: script).trim()
    }
    return digest.tokenize('\n').last()
}

/** The push with a file of logins that exists while it runs; what a builtin prints is on no command line. */
@NonCPS
private static String loggedIn(List hosts, String push) {
    String entries = hosts.collect { "\"${it}\":{\"auth\":\"%s\"}" }.join(',')
    String logins = hosts.collect { '"$login"' }.join(' ')
    return '#!/bin/sh -eu\n' +
        'umask 077\n' +
        'logins=$(mktemp -d)\n' +
        'trap \'rm -rf "$logins"\' EXIT\n' +
        'login=$(printf %s:%s "$LARDER_PUSH_USER" "$LARDER_PUSH_PASSWORD" | base64 | tr -d "\\n")\n' +
        "printf ${quoted('{"auths":{' + entries + '}}')} ${logins} >\"\$logins/auth.json\"\n" +
        "REGISTRY_AUTH_FILE=\$logins/auth.json ${push}\n"
}

/** A word of a shell. */
@NonCPS
private static String quoted(value) {
    return "'" + value.toString().replace("'", "'\\''") + "'"
}
