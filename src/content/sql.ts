/**
 * Fragments that several queries of documents share. `d` is the document's alias everywhere; the viewer's account id
 * (or null) is the parameter `$1`.
 */
export const AUTHORS = `COALESCE((
    SELECT json_agg(json_build_object('name', a.name, 'slug', a.slug) ORDER BY da.position, a.name)
    FROM document_author da JOIN author a ON a.id = da.author_id WHERE da.document_id = d.id), '[]')`

/** Authors as a text's own page names them: with what they do. */
export const BYLINES = `COALESCE((
    SELECT json_agg(json_build_object('name', a.name, 'slug', a.slug, 'headline', a.headline) ORDER BY da.position, a.name)
    FROM document_author da JOIN author a ON a.id = da.author_id WHERE da.document_id = d.id), '[]')`

export const TOPICS = `COALESCE((
    SELECT json_agg(json_build_object('name', t.name, 'slug', t.slug) ORDER BY t.name)
    FROM document_topic dt JOIN topic t ON t.id = dt.topic_id WHERE dt.document_id = d.id), '[]')`

export const COVER = `(
    SELECT json_build_object('id', s.id, 'state', s.state, 'width', s.width, 'height', s.height, 'variants', s.variants)
    FROM asset s WHERE s.id = d.cover_id)`

export const COMPLETED = `EXISTS (SELECT 1 FROM completion c WHERE c.account_id = $1::uuid AND c.document_id = d.id)`

/** The columns of a card. */
export const CARD = `d.id, d.path, d.title, d.summary, d.minutes, d.level, d.access, d.published_at AS "publishedAt", d.updated_at AS "updatedAt",
    d.cover_alt AS "coverAlt", ${COVER} AS cover, ${AUTHORS} AS authors, ${TOPICS} AS topics`
