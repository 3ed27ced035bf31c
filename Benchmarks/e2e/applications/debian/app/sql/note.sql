INSERT INTO previews (name, size) VALUES (:'name', :size)
ON CONFLICT (name) DO UPDATE SET size = excluded.size, made = now();
