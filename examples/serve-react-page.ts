import { serve } from 'bun';
import page from './react-page.html';

const [parley = 'http://localhost:8080', port = '3000'] = process.argv.slice(2);
const { url } = serve({ hostname: '127.0.0.1', port: Number(port), routes: { '/': page } });
console.log(`${url}?server=${parley}`);
